#include "interpreter.h"

#define PY_SSIZE_T_CLEAN
#include <Python.h>

const char *interpreter_begin(const char *executable) {
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.install_signal_handlers = 0;
    PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, executable);
    if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return PyStatus_Exception(status) ? (status.err_msg ? status.err_msg : "unknown error") : NULL;
}

int interpreter_run(const char *program) { return PyRun_SimpleString(program); }

long long interpreter_integer(const char *name) {
    PyObject *value = PyObject_GetAttrString(PyImport_AddModule("__main__"), name);
    long long result = value ? PyLong_AsLongLong(value) : -1;
    Py_XDECREF(value);
    PyErr_Clear();
    return result;
}

int interpreter_end(void) { return Py_FinalizeEx(); }
