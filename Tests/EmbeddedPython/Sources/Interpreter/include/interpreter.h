/* The little that a host needs of CPython. Swift cannot import Python.h: it sets feature macros that give the
 * system's headers another shape than Swift's own view of them. */
#ifndef INTERPRETER_H
#define INTERPRETER_H

/* Starts Python as if it were the given executable: that of a virtual environment brings its packages along. NULL,
 * or an error. */
const char *interpreter_begin(const char *executable);

/* Runs a program in __main__; 0 if it raised nothing, else its traceback went to stderr. */
int interpreter_run(const char *program);

/* The value of an integer in __main__; -1 if there is none. */
long long interpreter_integer(const char *name);

/* 0 if Python ended in good order. */
int interpreter_end(void);

#endif
