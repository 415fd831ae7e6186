/*
 * wingbeat.h: forward, backward, step: a neural-network engine for scientific programs.
 *
 * The three calls, on a model and a batch of data:
 *
 *     wb_module_forward(model, x, &prediction);                                       // forward
 *     wb_module_call(loss_fn, NULL, (wb_tensor *[]){prediction, y}, 2, &loss, 1, NULL);
 *     wb_optimizer_zero_grad(optimizer);
 *     wb_backward(loss, NULL, 0);                                                     // backward
 *     wb_optimizer_step(optimizer);                                                   // step
 *
 * Models, losses, optimisers and schedules are made from PyTorch's constructor calls as text:
 *
 *     wb_module_create("Sequential(Linear(784, 500), ReLU(), Linear(500, 10))", WB_FLOAT32, &model);
 *     wb_module_create("CrossEntropyLoss()", WB_FLOAT32, &loss_fn);
 *     wb_optimizer_create("AdamW(lr=1e-3, betas=(0.9, 0.95))", parameters, count, &optimizer);
 *     wb_schedule_create("OneCycleLR(max_lr=0.01, total_steps=1000)", optimizer, &schedule);
 *
 * This header is the ABI, in rising order: status and errors, scopes, tensors, operations, shapes, indices, functions
 * by name, derivatives, captured programs, modules, graphs, the registry, initialisers, clipping, optimisers,
 * schedules, data sets, training, checkpoints.
 *
 * Rules that hold for every function, unless its comment says otherwise:
 *
 *  - Status. A function that can fail returns a wb_status. After a status other than WB_OK,
 *    wb_last_error() has one sentence that names the operation, the argument, what was expected and what
 *    was found. A failed call changes nothing: its out-parameters and all earlier state are as before.
 *  - Handles (wb_tensor *, wb_module *, ...) are opaque names, never addresses: they must not be
 *    dereferenced. A null, freed, foreign or wrongly typed handle gets WB_ERROR_HANDLE, never a crash.
 *  - Ownership. Every handle written through an out-parameter belongs to the caller, who frees it with the
 *    matching _free function, or opens a scope (wb_scope_begin/wb_scope_end) that frees all handles made
 *    inside. Objects retain what they need: freeing a tensor that a graph, module or optimiser still uses is safe.
 *  - Strings returned as const char * belong to the library; how long they live is said at each function.
 *  - Arrays are row-major (C order), dense, in host memory. A shape is an int64_t array of `rank` extents;
 *    rank 0 is a scalar, and its shape may be NULL. Axes may be negative, counting from the end.
 *  - Laziness. Operations record a graph; shapes and dtypes are checked at the call. Values are computed when
 *    they are read (wb_tensor_read, wb_tensor_item, ...), by wb_eval, wb_backward and wb_optimizer_step.
 *  - Threading. Every function may be called from any thread at any time; calls are serialised inside. The last error,
 *    the scope stack, the gradient mode, autocast and the capture block are per thread. A thread that ends inside a
 *    capture block cancels it; the handles of scopes that it left open stay with whoever has them.
 *  - Floating-point mode. For the length of a call its thread rounds to nearest, keeps denormals and does not trap, as
 *    the library's own threads do; the host's mode comes back at its end, and for each callback. So results do not
 *    depend on it.
 *  - Forks. Any thread may fork, also while others are inside calls, for whose end (or next callback) the fork waits.
 *    The child has all objects as they were, and may call every function.
 *  - Callbacks run without any lock of the library, so they may call it, and may wait for threads that do.
 *  - Counts and ranks are checked: a negative one, or a null array with a count above 0, gets WB_ERROR_ARGUMENT. A
 *    number that an enum does not list gets WB_ERROR_ARGUMENT.
 *  - The library never prints, exits or aborts.
 */
#ifndef WINGBEAT_H
#define WINGBEAT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ status, version, errors */

/* Version of the interface below. It rises only when an existing function changes its meaning or type. */
#define WB_ABI_VERSION 2

typedef enum wb_status {
    WB_OK = 0,
    WB_ERROR_ARGUMENT = 1,     /* a value outside what the function takes, or a null out-parameter */
    WB_ERROR_SHAPE = 2,        /* shapes that do not fit together */
    WB_ERROR_DTYPE = 3,        /* a dtype that the operation does not take */
    WB_ERROR_INDEX = 4,        /* an index or class label out of range */
    WB_ERROR_HANDLE = 5,       /* a handle that is null, freed, foreign or of another kind */
    WB_ERROR_MEMORY = 6,       /* memory could not be had */
    WB_ERROR_FILE = 7,         /* a file is missing, or could not be opened, read or written */
    WB_ERROR_FORMAT = 8,       /* a file is not HDF5, is damaged, or lacks a data set */
    WB_ERROR_STRUCTURE = 9,    /* a checkpoint or state that belongs to another model */
    WB_ERROR_STATE = 10,       /* a call out of order: a released graph, a value asked for inside a capture block */
    WB_ERROR_NOT_FINITE = 11,  /* NaN or infinity in a loss, when asked to check, or in a matrix to decompose */
    WB_ERROR_UNSUPPORTED = 12, /* valid, but not available here: this processor, this build, this operation */
    WB_ERROR_INTERNAL = 13,    /* a defect in this library; please report it */
    WB_ERROR_INTERRUPTED = 14  /* the host has ended the call, or a callback in it, before its time */
} wb_status;

/* Opaque handles. */
typedef struct wb_tensor wb_tensor;
typedef struct wb_module wb_module;
typedef struct wb_optimizer wb_optimizer;
typedef struct wb_dataset wb_dataset;
typedef struct wb_batches wb_batches;
typedef struct wb_program wb_program;
typedef struct wb_trainer wb_trainer;
typedef struct wb_recording wb_recording;
typedef struct wb_schedule wb_schedule;
typedef struct wb_checkpoints wb_checkpoints;
typedef struct wb_writer wb_writer;
typedef struct wb_value wb_value;

/* The library's version, like "0.1.0". Static. */
const char *wb_version(void);

/* The ABI version the library was built with; compare with WB_ABI_VERSION. */
int32_t wb_abi_version(void);

/* The sentence of this thread's last failed call; "" if none failed yet. Valid until this thread's next failed call. */
const char *wb_last_error(void);

/* The name of a status, like "WB_ERROR_SHAPE". Static; "WB_ERROR_UNKNOWN" for other numbers. */
const char *wb_status_name(wb_status status);

/* Number of threads that computations use, 1 to 256 (else WB_ERROR_ARGUMENT). The result of a computation does not
 * depend on it, to the bit. Default: the processors that this process may use (affinity and cgroup limits).
 * WINGBEAT_NUM_THREADS overrides the default. */
wb_status wb_set_num_threads(int32_t count);
wb_status wb_get_num_threads(int32_t *count);

/* With 1, every loss that wb_backward and wb_trainer_fit compute is checked: NaN or infinity gives WB_ERROR_NOT_FINITE
 * before any gradient or parameter is touched. Default 0. */
wb_status wb_set_check_finite(int32_t enabled);

/* Bytes of tensor memory now in use, the highest use so far, and bytes kept for reuse. Any pointer may be NULL. */
wb_status wb_memory_usage(int64_t *in_use, int64_t *peak, int64_t *cached);

/* Gives memory kept for reuse back to the system. */
wb_status wb_memory_trim(void);

/* Receives one line (UTF-8, no newline) for each event that is worth a log and no error: OpenBLAS is not there, the
 * system refuses memory for machine code and loops are interpreted, a training step is captured again for batches of
 * another size, a temporary file of a process that was killed has been removed. `line` lives during the call. It comes
 * from the thread whose call met the event, at the end of that call. */
typedef void (*wb_log_callback)(void *context, const char *line);

/* Sets the log callback for all threads; NULL removes it. */
wb_status wb_set_log_callback(wb_log_callback callback, void *context);

/* ------------------------------------------------------------------ scopes */

/* Opens a scope: every handle that this thread makes from now on is freed by the matching wb_scope_end, so that
 * a training step needs no row of frees. Scopes nest. */
wb_status wb_scope_begin(void);

/* Closes the innermost scope of this thread and frees the handles made in it. WB_ERROR_STATE if none is open. */
wb_status wb_scope_end(void);

/* Moves a tensor's handle out of the innermost scope, into the one around it or, if there is none, to the caller.
 * WB_ERROR_STATE if no scope is open, WB_ERROR_ARGUMENT if the handle was not made in the innermost one. */
wb_status wb_scope_keep(wb_tensor *tensor);

/* ------------------------------------------------------------------ tensors */

typedef enum wb_dtype {
    WB_BOOL = 0, /* 1 byte, 0 or 1 */
    WB_UINT8 = 1,
    WB_INT32 = 2,
    WB_INT64 = 3,
    WB_FLOAT32 = 4, /* default */
    WB_FLOAT64 = 5,
    /* floats of 16 bits: operations compute in float32 and round each result to the nearest, ties to even */
    WB_BFLOAT16 = 6, /* the upper half of a float32 */
    WB_FLOAT16 = 7   /* IEEE 754's binary16 */
} wb_dtype;

/* Bytes of one element; 0 for an unknown dtype. */
size_t wb_dtype_size(wb_dtype dtype);

/* The dtype in which `a` and `b` meet, by PyTorch's rules: bool below integers below floats, and the wider of one
 * kind; bfloat16 and float16 make float32. */
wb_status wb_promote(wb_dtype a, wb_dtype b, wb_dtype *result);

/* The dtype in which `count` tensors meet: those without axes widen nothing within the kind of those with axes. */
wb_status wb_result_type(wb_tensor *const *tensors, int32_t count, wb_dtype *result);

/* Writes 1 if values of dtype `source` may become `target` by themselves, else 0: kinds may rise and not fall. */
wb_status wb_can_cast(wb_dtype source, wb_dtype target, int32_t *result);

/* A tensor of `shape` (up to 32 axes, extents from 0) holding a copy of `data`; NULL data means zeros. In a WB_BOOL
 * tensor every byte but 0 becomes 1. WB_ERROR_SHAPE for a negative extent, WB_ERROR_MEMORY for more bytes than the
 * machine has. */
wb_status wb_tensor_create(wb_dtype dtype, int32_t rank, const int64_t *shape, const void *data, wb_tensor **tensor);

/* Called once, when the library no longer reads borrowed memory: at the end of the call that drops the last use, on
 * that call's thread. What it calls leaves that call's wb_last_error and texts as they were. */
typedef void (*wb_release_callback)(void *context);

/* Ends the call that runs, from another thread or a signal's handler (it is async-signal-safe): it returns
 * WB_ERROR_INTERRUPTED, within about 0.1 s, and nothing has happened; wb_trainer_fit and wb_evaluate return after a
 * whole step, and training can go on. Asked are wb_eval, what gives values out, wb_backward, wb_optimizer_step, runs
 * of programs, training and evaluation, where they compute for about 50 ms and more: between steps of the plan, in
 * matrix products and loops also between pieces of them; not any more once memory is written that outlives the run
 * (a parameter in place, the caller's arrays): then it comes to its end first, so that no value is half updated.
 * Without a call that runs nothing happens, and the next call runs as usual. */
void wb_interrupt(void);

typedef enum wb_run_event {
    WB_RUN_BEGINS = 0, /* a call is about to compute for long */
    WB_RUN_ASKED = 1,  /* wb_interrupt was called, or the descriptor has bytes */
    WB_RUN_ENDED = 2   /* it does no more */
} wb_run_event;

/* For hosts with signals' handlers of their own. Called on the thread of the call, without the library's lock, where
 * nothing of the call is half done. A status other than WB_OK ends the call with it; WB_OK after WB_RUN_ASKED lets
 * it go on, where what was computed so far is computed again. descriptor: the reading end of a pipe, not blocking,
 * that is looked at every 20 ms, and in which any byte asks as wb_interrupt does; -1 for none. NULL takes the
 * callback away. */
typedef wb_status (*wb_run_callback)(void *context, wb_run_event event);
wb_status wb_set_run_callback(wb_run_callback callback, void *context, int32_t descriptor);

/* For hosts whose callbacks can be cut off before they return a value, as Python's are by an exception of a signal's
 * handler. Of a callback that was named here before it was handed over, only what it says by wb_callback_done
 * counts, the last time before it returns, on its thread: that is its result. Without it the call outside ends with
 * WB_ERROR_INTERRUPTED, wb_trainer_fit after a whole step. Release, log and place callbacks have no result. */
wb_status wb_callback_confirms(const void *callback);
wb_status wb_callback_done(int32_t result);

/* A tensor that reads `data` in place, without a copy. The library never writes to it. The caller keeps the memory
 * unchanged until `release(context)` is called (release may be NULL for memory that outlives the tensor).
 * If this call fails, release is not called. `data` is aligned to the size of an element
 * (else WB_ERROR_ARGUMENT); bytes of WB_BOOL must be 0 or 1. */
wb_status wb_tensor_borrow(wb_dtype dtype, int32_t rank, const int64_t *shape, const void *data,
                           wb_release_callback release, void *context, wb_tensor **tensor);

/* A tensor of `shape` with every element `value` (converted to dtype as C does; a number that an
 * integer dtype cannot hold gives an unspecified one). */
wb_status wb_tensor_full(wb_dtype dtype, int32_t rank, const int64_t *shape, double value, wb_tensor **tensor);

/* The same of a whole number, exactly, which doubles beyond 2^53 are not; one that an integer dtype does not hold gives
 * WB_ERROR_ARGUMENT. A 0-d tensor of it takes part in all arithmetic. */
wb_status wb_tensor_full_int64(wb_dtype dtype, int32_t rank, const int64_t *shape, int64_t value, wb_tensor **tensor);

/* The values start, start + step, ... below stop: shape [ceil((stop - start) / step)], or [0]. All finite, step not
 * 0 (else WB_ERROR_ARGUMENT). */
wb_status wb_tensor_arange(wb_dtype dtype, double start, double stop, double step, wb_tensor **tensor);
wb_status wb_tensor_arange_int64(wb_dtype dtype, int64_t start, int64_t stop, int64_t step, wb_tensor **tensor);

/* `count` numbers at equal distances from start to end, both among them: shape [count]. Finite (else
 * WB_ERROR_ARGUMENT). Between whole bounds, which integer dtypes take exactly, these cut fractions toward 0. */
wb_status wb_tensor_linspace(wb_dtype dtype, double start, double end, int64_t count, wb_tensor **tensor);
wb_status wb_tensor_linspace_int64(wb_dtype dtype, int64_t start, int64_t end, int64_t count, wb_tensor **tensor);

/* Ones on the diagonal: shape [rows, columns]. */
wb_status wb_tensor_eye(wb_dtype dtype, int64_t rows, int64_t columns, wb_tensor **tensor);

/* grids[i]: vector (or scalar) i along axis i, repeated along those of the others: shape [n0, n1, ...]. swap_first
 * 1: the first two axes are exchanged, as in NumPy's default indexing "xy". grids has room for count tensors. */
wb_status wb_meshgrid(wb_tensor *const *vectors, int32_t count, int32_t swap_first, wb_tensor **grids);

/* Frees the handle. NULL is allowed and does nothing. */
wb_status wb_tensor_free(wb_tensor *tensor);

wb_status wb_tensor_dtype(const wb_tensor *tensor, wb_dtype *dtype);
wb_status wb_tensor_rank(const wb_tensor *tensor, int32_t *rank);

/* Writes the extents to shape[0 ..< rank]; `capacity` is the number of elements that shape has room for
 * (WB_ERROR_ARGUMENT if that is fewer than rank). */
wb_status wb_tensor_shape(const wb_tensor *tensor, int32_t capacity, int64_t *shape);

/* Number of elements. */
wb_status wb_tensor_count(const wb_tensor *tensor, int64_t *count);

/* dtype, rank, up to `capacity` extents and whether it requires gradients, in one call (for bindings); rank may
 * exceed capacity. Any pointer may be NULL. */
wb_status wb_tensor_info(const wb_tensor *tensor, wb_dtype *dtype, int32_t *rank, int32_t capacity, int64_t *shape,
                         int32_t *requires_grad);

/* Computes the values and copies them, row-major, in the tensor's dtype, to `destination`; `bytes` must be count x
 * element size. */
wb_status wb_tensor_read(const wb_tensor *tensor, void *destination, size_t bytes);

/* Computes the values and gives their address: read-only, valid while this handle lives and is not written or
 * stepped. To hold values beyond that, take the address from a wb_tensor_detach of the tensor: what it points to
 * never changes. */
wb_status wb_tensor_data(const wb_tensor *tensor, const void **data);

/* The value of a tensor of one element (else WB_ERROR_SHAPE). An int64 beyond 2^53 is rounded to a double;
 * wb_tensor_item_int64 gives it exactly, and WB_ERROR_DTYPE for a float that is not a whole number. */
wb_status wb_tensor_item(const wb_tensor *tensor, double *value);
wb_status wb_tensor_item_int64(const wb_tensor *tensor, int64_t *value);

/* A number that all handles of one tensor share, and no other tensor that is in use has. For bindings. */
wb_status wb_tensor_identity(const wb_tensor *tensor, uint64_t *identity);

/* Replaces the tensor's values by a copy of `data` (same shape and dtype, `bytes` long). Its history is forgotten. */
wb_status wb_tensor_write(wb_tensor *tensor, const void *data, size_t bytes);

/* Points `tensor` at the values of `source` (same shape; cast to the tensor's dtype): an assignment in place, which
 * reaches what `tensor` is a view of (see wb_reshape), and its views. What was computed from the old values stays.
 * As in PyTorch, a leaf that requires gradients takes it only while gradients are disabled (WB_ERROR_STATE). */
wb_status wb_tensor_assign(wb_tensor *tensor, const wb_tensor *source);

/* Whether wb_backward collects a gradient for this tensor. Only a tensor without history (else WB_ERROR_STATE) of
 * floats (else WB_ERROR_DTYPE) can be set. */
wb_status wb_tensor_set_requires_grad(wb_tensor *tensor, int32_t requires_grad);
wb_status wb_tensor_get_requires_grad(const wb_tensor *tensor, int32_t *requires_grad);

/* 1 if the tensor was computed from nothing that requires gradients, or is itself where gradients are collected. */
wb_status wb_tensor_is_leaf(const wb_tensor *tensor, int32_t *is_leaf);

/* The collected gradient, of the tensor's shape and dtype; *gradient is NULL if there is none. Writing to it in
 * place, or to a view of it, changes what is collected. */
wb_status wb_tensor_grad(const wb_tensor *tensor, wb_tensor **gradient);

/* Replaces the collected gradient; NULL removes it. */
wb_status wb_tensor_set_grad(wb_tensor *tensor, const wb_tensor *gradient);

/* The same values, cut off from the graph: a constant for derivatives, and unchanged by later writes to `tensor`. */
wb_status wb_tensor_detach(const wb_tensor *tensor, wb_tensor **detached);

/* A view of all of `tensor` (see wb_reshape) that is a constant for derivatives, as PyTorch's detach(): what is
 * written to one of the two reaches the other, also where `tensor` is a leaf that requires gradients. */
wb_status wb_tensor_share(const wb_tensor *tensor, wb_tensor **shared);

/* Computes the values of all given tensors in one plan. What only values show, such as an index out of range, is an
 * error of this call. */
wb_status wb_eval(wb_tensor *const *tensors, int32_t count);

/* ------------------------------------------------------------------ random numbers
 * Philox4x32-10, counter-based: a seed gives the same stream on any number of threads.
 * (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.) */

/* Seeds the default generator, from which random tensors, initialisers, dropout and the orders of wb_batches_create
 * with epoch -1 draw. Trainers shuffle by the seed of their own, WB_TRAINER_SEED. */
wb_status wb_manual_seed(uint64_t seed);

/* The default generator's state: its seed, and how many blocks of four 32-bit words have been drawn. */
wb_status wb_get_random_state(uint64_t *seed, uint64_t *offset);
wb_status wb_set_random_state(uint64_t seed, uint64_t offset);

typedef enum wb_distribution {
    WB_DISTRIBUTION_UNIFORM = 0,     /* in [a, b); b < a gives WB_ERROR_ARGUMENT */
    WB_DISTRIBUTION_NORMAL = 1,      /* mean a, standard deviation b */
    WB_DISTRIBUTION_INTEGERS = 2,    /* whole numbers in [a, b); integer dtypes */
    WB_DISTRIBUTION_EXPONENTIAL = 3, /* rate a, above 0; b is ignored. All are above 0 */
    WB_DISTRIBUTION_GUMBEL = 4       /* location a, scale b: a - b log(E) with E exponential of rate 1 */
} wb_distribution;

/* A tensor of random numbers from the default generator. a and b are finite (else WB_ERROR_ARGUMENT); but for whole
 * numbers the dtype is float32 or float64 (else WB_ERROR_DTYPE). */
wb_status wb_random(wb_distribution distribution, wb_dtype dtype, int32_t rank, const int64_t *shape, double a,
                    double b, wb_tensor **tensor);

/* Whole numbers in [low, high), with bounds that doubles may not hold: WB_DISTRIBUTION_INTEGERS. */
wb_status wb_random_int64(wb_dtype dtype, int32_t rank, const int64_t *shape, int64_t low, int64_t high,
                          wb_tensor **tensor);

/* A random permutation of 0 ... count - 1 from the default generator: int64 [count]. */
wb_status wb_random_permutation(int64_t count, wb_tensor **tensor);

/* 1 with the probability that `probabilities` has at each place, else 0: of its shape and dtype (integers: float64).
 * A probability outside [0, 1] gives WB_ERROR_ARGUMENT. */
wb_status wb_bernoulli(const wb_tensor *probabilities, wb_tensor **tensor);

/* `count` indices, from 1, from each row of weights [n] or [rows, n] (floats, not negative, not necessarily of sum
 * 1): int64 [count] or [rows, count]. With replacement 0 those of a row differ, and each row needs `count` weights
 * above 0, else one (WB_ERROR_ARGUMENT). */
wb_status wb_multinomial(const wb_tensor *weights, int64_t count, int32_t replacement, wb_tensor **indices);

/* ------------------------------------------------------------------ operations
 * Shapes broadcast, and dtypes meet as wb_promote and wb_result_type say. Each result is a new tensor. */

/* Elementwise: y has the shape of x. Identity, negative, absolute, sign, square and ReLU keep the dtype (negative
 * and sign of WB_BOOL give WB_ERROR_DTYPE); the other functions of bool and integers give float64;
 * WB_UNARY_LOGICAL_NOT gives WB_BOOL. */

typedef enum wb_unary_op {
    WB_UNARY_IDENTITY = 0,
    WB_UNARY_NEGATIVE = 1,
    WB_UNARY_ABSOLUTE = 2,
    WB_UNARY_SIGN = 3,
    WB_UNARY_EXP = 4,
    WB_UNARY_EXPM1 = 5,
    WB_UNARY_LOG = 6,
    WB_UNARY_LOG1P = 7,
    WB_UNARY_SQRT = 8,
    WB_UNARY_RSQRT = 9, /* 1 / sqrt(x) */
    WB_UNARY_SQUARE = 10,
    WB_UNARY_RECIPROCAL = 11,
    WB_UNARY_SIN = 12,
    WB_UNARY_COS = 13,
    WB_UNARY_TANH = 14,
    WB_UNARY_SIGMOID = 15, /* 1 / (1 + exp(-x)) */
    WB_UNARY_RELU = 16,    /* max(x, 0) */
    WB_UNARY_LEAKY_RELU =
        17,                  /* x if x > 0, else slope x; `parameter` of wb_unary_with is the slope, 0.01 in wb_unary */
    WB_UNARY_GELU = 18,      /* x (1 + erf(x / sqrt 2)) / 2 */
    WB_UNARY_GELU_TANH = 19, /* x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2 */
    WB_UNARY_ERF = 20,
    WB_UNARY_SOFTPLUS = 21, /* log(1 + exp(x)) */
    WB_UNARY_LOGICAL_NOT = 22,
    WB_UNARY_EXP2 = 23, /* 2^x */
    WB_UNARY_LOG2 = 24,
    WB_UNARY_LOG10 = 25,
    WB_UNARY_TAN = 26,
    WB_UNARY_ASIN = 27,
    WB_UNARY_ACOS = 28,
    WB_UNARY_ATAN = 29,
    WB_UNARY_SINH = 30,
    WB_UNARY_COSH = 31,
    WB_UNARY_ASINH = 32,
    WB_UNARY_ACOSH = 33,
    WB_UNARY_ATANH = 34,
    /* these four keep the dtype of integers; WB_BOOL gives WB_ERROR_DTYPE; their derivative is 0 */
    WB_UNARY_FLOOR = 35,
    WB_UNARY_CEIL = 36,
    /* halves to the even neighbour; `parameter`: places behind the point, a whole number, 0 in wb_unary */
    WB_UNARY_ROUND = 37,
    WB_UNARY_TRUNC = 38,
    WB_UNARY_ERFC = 39,    /* 1 - erf(x), precise where that is small */
    WB_UNARY_LGAMMA = 40,  /* log |gamma(x)| */
    WB_UNARY_DIGAMMA = 41, /* its derivative */
    /* the derivative of digamma of order `parameter`, a whole number in 0 ... 100; 1 in wb_unary */
    WB_UNARY_POLYGAMMA = 42,
    WB_UNARY_LOGSIGMOID = 43, /* log(1 / (1 + exp(-x))) */
    WB_UNARY_RELU6 = 44,      /* x between 0 and 6; derivative 0 at both; keeps the dtype of integers */
    /* x above 0, else alpha (exp(x) - 1); `parameter` is alpha, 1 in wb_unary. Clevert et al. 2016 */
    WB_UNARY_ELU = 45,
    WB_UNARY_SELU = 46, /* Klambauer et al. 2017 */
    /* x above 0, else alpha (exp(x / alpha) - 1); `parameter` is alpha, not 0, 1 in wb_unary. Barron 2017 */
    WB_UNARY_CELU = 47,
    WB_UNARY_SILU = 48,        /* x / (1 + exp(-x)) */
    WB_UNARY_MISH = 49,        /* x tanh(log(1 + exp(x))). Misra 2019 */
    WB_UNARY_SOFTSIGN = 50,    /* x / (1 + |x|) */
    WB_UNARY_HARDSIGMOID = 51, /* x + 3 between 0 and 6, over 6 */
    WB_UNARY_HARDSWISH = 52,   /* x hardsigmoid(x) */
    WB_UNARY_ISNAN = 53,       /* these three give WB_BOOL */
    WB_UNARY_ISINF = 54,
    WB_UNARY_ISFINITE = 55,
    WB_UNARY_BITWISE_NOT = 56 /* of integers; of WB_BOOL the logical one; floats give WB_ERROR_DTYPE */
} wb_unary_op;

wb_status wb_unary(wb_unary_op op, const wb_tensor *x, wb_tensor **y);

/* The same, for operations with one parameter (WB_UNARY_LEAKY_RELU, WB_UNARY_ROUND, WB_UNARY_POLYGAMMA,
 * WB_UNARY_ELU, WB_UNARY_CELU). Others ignore it. */
wb_status wb_unary_with(wb_unary_op op, const wb_tensor *x, double parameter, wb_tensor **y);

typedef enum wb_binary_op {
    WB_BINARY_ADD = 0,
    WB_BINARY_SUBTRACT = 1,
    WB_BINARY_MULTIPLY = 2,
    WB_BINARY_DIVIDE = 3,  /* true division: integers give float64 */
    WB_BINARY_POWER = 4,   /* an integer to a negative integer power gives WB_ERROR_ARGUMENT, as a divisor of 0 does */
    WB_BINARY_MAXIMUM = 5, /* NaN if either is NaN */
    WB_BINARY_MINIMUM = 6,
    WB_BINARY_EQUAL = 7, /* comparisons and logical operations give WB_BOOL */
    WB_BINARY_NOT_EQUAL = 8,
    WB_BINARY_LESS = 9,
    WB_BINARY_LESS_EQUAL = 10,
    WB_BINARY_GREATER = 11,
    WB_BINARY_GREATER_EQUAL = 12,
    WB_BINARY_LOGICAL_AND = 13,
    WB_BINARY_LOGICAL_OR = 14,
    /* the quotient rounded down, as Python's //; derivative 0; integers stay integers, and a divisor of 0 among
     * them gives WB_ERROR_ARGUMENT, when the values are computed if it is not a number in the call; WB_BOOL
     * gives WB_ERROR_DTYPE */
    WB_BINARY_FLOOR_DIVIDE = 15,
    WB_BINARY_REMAINDER = 16,    /* a - b floor(a / b), of b's sign, as Python's %; dtypes and divisors as above */
    WB_BINARY_TRUNC_DIVIDE = 17, /* the quotient cut toward 0 */
    WB_BINARY_ATAN2 = 18,        /* the angle of the point (b, a); derivatives 0 at the origin */
    WB_BINARY_LOGICAL_XOR = 19,
    /* these five of integers; of WB_BOOL on both sides the logical ones, but no shifts; floats give
     * WB_ERROR_DTYPE */
    WB_BINARY_BITWISE_AND = 20,
    WB_BINARY_BITWISE_OR = 21,
    WB_BINARY_BITWISE_XOR = 22,
    WB_BINARY_SHIFT_LEFT = 23, /* by less than 0 or by all bits and more: 0 */
    WB_BINARY_SHIFT_RIGHT = 24 /* the sign stays; by less than 0 or by all bits and more: 0, or -1 below 0 */
} wb_binary_op;

wb_status wb_binary(wb_binary_op op, const wb_tensor *a, const wb_tensor *b, wb_tensor **y);

/* One side is a number, which takes the tensor's dtype as a Python number does (a number that an integer dtype
 * cannot hold makes the result float32): op(x, value), or op(value, x) if `reversed` is 1. Whole numbers beyond
 * 2^53 are 0-d tensors of wb_tensor_full_int64. */
wb_status wb_binary_scalar(wb_binary_op op, const wb_tensor *x, double value, int32_t reversed, wb_tensor **y);

/* a where condition is true, else b. condition: WB_BOOL. The three broadcast together. What is not chosen takes part in
 * derivatives with 0, which is NaN where its own derivative is infinite. */
wb_status wb_where(const wb_tensor *condition, const wb_tensor *a, const wb_tensor *b, wb_tensor **y);

/* x moved to the nearer bound where it is outside `lower` ... `upper` (`upper` where they are the wrong way round);
 * infinite bounds are none, NaN gives NaN. A fraction meets integers in float32. The derivative is 0 outside and at
 * a bound, as in PyTorch. */
wb_status wb_clamp(const wb_tensor *x, double lower, double upper, wb_tensor **y);

/* The same with bounds that broadcast with x; NULL: none. What a bound replaces has no derivative, and the bound has
 * it. */
wb_status wb_clamp_tensors(const wb_tensor *x, const wb_tensor *lower, const wb_tensor *upper, wb_tensor **y);

/* As wb_clamp, for lower <= upper (else WB_ERROR_ARGUMENT); WB_BOOL gives WB_ERROR_DTYPE. */
wb_status wb_hardtanh(const wb_tensor *x, double lower, double upper, wb_tensor **y);

/* log(1 + exp(beta x)) / beta, without overflow, and x where beta x is above `threshold` (INFINITY: nowhere). beta
 * finite, not 0 (else WB_ERROR_ARGUMENT). */
wb_status wb_softplus(const wb_tensor *x, double beta, double threshold, wb_tensor **y);

/* x with NaN and infinities replaced; NaN for positive (negative) means the largest (smallest) number of the dtype.
 * Their derivative is 0. */
wb_status wb_nan_to_num(const wb_tensor *x, double nan, double positive, double negative, wb_tensor **y);

/* a + weight (b - a), exact at both ends. The three broadcast together. Bool and integers give float64. */
wb_status wb_lerp(const wb_tensor *a, const wb_tensor *b, const wb_tensor *weight, wb_tensor **y);

/* The elements of x as `dtype`, same shape: floats to integers are cut toward 0, anything but 0 is true. A number
 * that the dtype cannot hold gives an unspecified one. */
wb_status wb_cast(const wb_tensor *x, wb_dtype dtype, wb_tensor **y);

/* Matrix product over the last two axes; leading axes broadcast. [m, k] x [k, n] -> [m, n]; 1-D operands as in
 * NumPy. Floats. Sums are of the dtype, by fused multiply-adds; those of more than 8,192 terms are cut into segments
 * that are added by twos, so that rounding errors do not grow with the number of terms. */
wb_status wb_matmul(const wb_tensor *a, const wb_tensor *b, wb_tensor **y);

/* x W^T + b. x: [..., in], weight: [out, in], bias: [out] or NULL -> [..., out]. */
wb_status wb_linear(const wb_tensor *x, const wb_tensor *weight, const wb_tensor *bias, wb_tensor **y);

/* Products of two tensors of given ranks, without broadcasting; WB_ERROR_SHAPE for other ranks, or where extents do
 * not fit. */
typedef enum wb_product_op {
    WB_PRODUCT_MM = 0,   /* [m, k] x [k, n] -> [m, n], floats */
    WB_PRODUCT_BMM = 1,  /* [b, m, k] x [b, k, n] -> [b, m, n], floats */
    WB_PRODUCT_MV = 2,   /* [m, k] x [k] -> [m], floats */
    WB_PRODUCT_DOT = 3,  /* [k] x [k] -> []; bool and integers give int64 */
    WB_PRODUCT_OUTER = 4 /* [m] x [n] -> [m, n], any dtype */
} wb_product_op;

wb_status wb_product(wb_product_op op, const wb_tensor *a, const wb_tensor *b, wb_tensor **y);

/* Einstein's summation, as NumPy's: "ij,jk->ik" multiplies matrices, "ii" is the trace, "b...,...->b" names many
 * axes at once. Without "->" the result has what "..." covers, then the letters that occur once, in alphabetical
 * order. Operands are multiplied from the left; extents of 1 broadcast. Floats. WB_ERROR_ARGUMENT for an equation
 * that is none or does not name the operands' axes, WB_ERROR_SHAPE where one letter names different extents. */
wb_status wb_einsum(const char *equation, wb_tensor *const *tensors, int32_t count, wb_tensor **y);

/* The sum of the diagonal of a matrix [m, n] -> []. Bool and integers give int64. */
wb_status wb_trace(const wb_tensor *x, wb_tensor **y);

/* Linear algebra on the last two axes, floats, by LAPACK from OpenBLAS (libopenblas.so.0), which is loaded when first
 * needed: WB_ERROR_UNSUPPORTED on a machine without it. WB_ERROR_SHAPE for other than square matrices. What only the
 * values show, such as a singular matrix, is WB_ERROR_ARGUMENT when they are computed.
 *
 * wb_inverse: A^-1. wb_det: [..., n, n] -> [...], 0 for a singular matrix; the derivative are the cofactors, which a
 * singular matrix has as well (derivatives of those are NaN there). wb_slogdet: sign and log |det|, 0 and -INFINITY for
 * a singular one, whose derivative is NaN; sign or logarithm may be NULL, not both. */
wb_status wb_inverse(const wb_tensor *a, wb_tensor **y);
wb_status wb_det(const wb_tensor *a, wb_tensor **y);
wb_status wb_slogdet(const wb_tensor *a, wb_tensor **sign, wb_tensor **logarithm);

/* X of A X = B, or with left 0 of X A = B; leading axes broadcast. a: [..., n, n], b: [..., n, k] ([..., k, n] with
 * left 0); b is a vector [n] or a batch of vectors if it has one axis, or the shape of a without its last. */
wb_status wb_solve(const wb_tensor *a, const wb_tensor *b, int32_t left, wb_tensor **x);

/* As wb_solve, where only the upper (upper 0: lower) triangle of a is read, and with unitriangular 1 its diagonal as
 * ones; b is a vector if it has one axis. */
wb_status wb_triangular_solve(const wb_tensor *a, const wb_tensor *b, int32_t upper, int32_t left,
                              int32_t unitriangular, wb_tensor **x);

/* The lower triangular L of A = L L^T, or with upper 1 the upper triangular U of A = U^T U. That triangle of a is
 * read; derivatives take a as symmetric. */
wb_status wb_cholesky(const wb_tensor *a, int32_t upper, wb_tensor **y);

/* Decompositions of matrices a: [..., m, n], with k = min(m, n); by LAPACK, as above. Any out-parameter may be NULL,
 * not all. WB_ERROR_NOT_FINITE when they are computed and a number of a is not finite (wb_eigh, wb_svd), or where the
 * iteration does not converge.
 *
 * wb_qr: A = Q R, Q: [..., m, k] with orthonormal columns, R: [..., k, n] with zeros below its diagonal. */
wb_status wb_qr(const wb_tensor *a, wb_tensor **q, wb_tensor **r);

/* A = V diag(values) V^T of symmetric matrices (m = n): values [..., n] in ascending order, vectors V [..., n, n] as
 * columns. The lower (upper 1: upper) triangle of a is read; derivatives take a as symmetric. Derivatives of the
 * vectors are infinite or NaN where values are equal. */
wb_status wb_eigh(const wb_tensor *a, int32_t upper, wb_tensor **values, wb_tensor **vectors);

/* A = U diag(values) V^T: u [..., m, k], values [..., k] in descending order, vt [..., k, n]. Derivatives of u and
 * vt are infinite or NaN where values are equal or, unless m = n, 0. */
wb_status wb_svd(const wb_tensor *a, wb_tensor **u, wb_tensor **values, wb_tensor **vt);

typedef enum wb_reduce_op {
    WB_REDUCE_SUM = 0,  /* bool and integers give int64 */
    WB_REDUCE_MEAN = 1, /* floats */
    WB_REDUCE_MAX = 2,  /* gradient shared equally among equal maxima */
    WB_REDUCE_MIN = 3,
    WB_REDUCE_ARGMAX = 4, /* first of equal maxima, int64 */
    WB_REDUCE_ARGMIN = 5,
    WB_REDUCE_LOGSUMEXP = 6, /* log(sum(exp(x))), without overflow */
    WB_REDUCE_PROD = 7,      /* bool and integers give int64; exact derivatives where elements are 0 */
    WB_REDUCE_ALL = 8,       /* whether no element is 0; WB_BOOL */
    WB_REDUCE_ANY = 9        /* whether any is not 0; WB_BOOL */
} wb_reduce_op;

/* Reduces over `axes` (NULL with axis_count 0: all axes). Argmax and argmin take one axis, or all: then the flat index.
 * keepdims 1 keeps reduced axes with extent 1. */
wb_status wb_reduce(wb_reduce_op op, const wb_tensor *x, const int32_t *axes, int32_t axis_count, int32_t keepdims,
                    wb_tensor **y);

/* The mean square of the distances from the mean, where the sum is divided by the number of elements less
 * `correction` (1: unbiased, 0: of the elements themselves; NaN or infinite where nothing is left), and its square
 * root, whose derivative where it is 0 is 0. Floats. Axes as in wb_reduce. */
wb_status wb_var(const wb_tensor *x, const int32_t *axes, int32_t axis_count, double correction, int32_t keepdims,
                 wb_tensor **y);
wb_status wb_std(const wb_tensor *x, const int32_t *axes, int32_t axis_count, double correction, int32_t keepdims,
                 wb_tensor **y);

/* (sum |x|^p)^(1/p); for p 0 how many elements are not 0, for INFINITY (-INFINITY) the largest (smallest) |x|. Where
 * the norm is 0 its derivative is taken as 0, and the next one is NaN. Bool and integers give float64. Axes as in
 * wb_reduce. WB_ERROR_ARGUMENT if p is NaN. */
wb_status wb_norm(const wb_tensor *x, double p, const int32_t *axes, int32_t axis_count, int32_t keepdims,
                  wb_tensor **y);

/* y[k] = x[0] + ... + x[k], and x[0] ... x[k] multiplied, along axis; of the shape of x. Bool and integers give
 * int64. */
wb_status wb_cumsum(const wb_tensor *x, int32_t axis, wb_tensor **y);
wb_status wb_cumprod(const wb_tensor *x, int32_t axis, wb_tensor **y);

/* The elements along axis in ascending order (descending 1: descending), and their places (int64), both of the shape
 * of x. Equal elements stay in their order; NaN counts as the largest. values or indices may be NULL, not both. */
wb_status wb_sort(const wb_tensor *x, int32_t axis, int32_t descending, wb_tensor **values, wb_tensor **indices);

/* The first k of wb_sort, largest 1: the k largest in descending order, 0: the k smallest in ascending order; the
 * extent of axis becomes k. WB_ERROR_ARGUMENT for k below 0 or above the extent. values or indices may be NULL, not
 * both. */
wb_status wb_topk(const wb_tensor *x, int64_t k, int32_t axis, int32_t largest, wb_tensor **values,
                  wb_tensor **indices);

/* The distinct elements of x in ascending order (values [n]; derivatives go to the first of equal ones), for each
 * element of x its place among them (inverse, int64, of x's shape), and how often each occurs (counts, int64 [n]).
 * NaN differs from NaN. Any out-parameter may be NULL. Computes at once: WB_ERROR_STATE in a capture block. */
wb_status wb_unique(const wb_tensor *x, wb_tensor **values, wb_tensor **inverse, wb_tensor **counts);

/* The same of the slices along axis: the distinct ones in the order of their first elements, of equal ones of their
 * second, and so on (values: x's shape, but [n] along axis), for each slice its place among them (inverse [extent of
 * axis]), and how often each occurs (counts [n]). */
wb_status wb_unique_along(const wb_tensor *x, int32_t axis, wb_tensor **values, wb_tensor **inverse,
                          wb_tensor **counts);

/* exp(x) / sum(exp(x)) along axis, and its logarithm; both without overflow. */
wb_status wb_softmax(const wb_tensor *x, int32_t axis, wb_tensor **y);
wb_status wb_log_softmax(const wb_tensor *x, int32_t axis, wb_tensor **y);

/* Views. What only shows elements of x under another shape gives a view of x: wb_reshape, wb_flatten, wb_unflatten,
 * wb_squeeze, wb_unsqueeze, wb_permute, wb_transpose, wb_movedim, wb_broadcast_to, wb_expand, wb_diagonal, wb_slice,
 * wb_split, wb_unbind, wb_index without tensors, and wb_tensor_share. Writing in place to a view (wb_tensor_assign,
 * wb_tensor_write, wb_index_assign) writes to x, under the same conditions, and a view that is read after a write to
 * x shows it. An element that a view shows several times (wb_expand) cannot be written through it: WB_ERROR_STATE. A
 * view does not keep x alive: when the last handle of x is freed, and nothing else uses it, the view is a tensor of
 * its own. It is one also once it is made to require gradients. */

/* Same elements in row-major order; one extent may be -1 and is then deduced. */
wb_status wb_reshape(const wb_tensor *x, int32_t rank, const int64_t *shape, wb_tensor **y);

/* Axis i of y is axis axes[i] of x. axes NULL (count 0) reverses all axes. */
wb_status wb_permute(const wb_tensor *x, const int32_t *axes, int32_t axis_count, wb_tensor **y);

/* x repeated along new leading axes and axes of extent 1, as NumPy's broadcast_to. */
wb_status wb_broadcast_to(const wb_tensor *x, int32_t rank, const int64_t *shape, wb_tensor **y);

/* Joins `count` tensors (1 at least) along an existing axis; their other extents are equal. */
wb_status wb_concatenate(wb_tensor *const *tensors, int32_t count, int32_t axis, wb_tensor **y);

/* Elements start, start + step, ... before stop along axis, as Python's x[start:stop:step] with step != 0.
 * INT64_MIN for start or stop means: from / to the end that the direction of step implies. */
wb_status wb_slice(const wb_tensor *x, int32_t axis, int64_t start, int64_t stop, int64_t step, wb_tensor **y);

/* Short forms of wb_binary, wb_unary and, over all axes, wb_reduce. */
wb_status wb_add(const wb_tensor *a, const wb_tensor *b, wb_tensor **y);
wb_status wb_subtract(const wb_tensor *a, const wb_tensor *b, wb_tensor **y);
wb_status wb_multiply(const wb_tensor *a, const wb_tensor *b, wb_tensor **y);
wb_status wb_divide(const wb_tensor *a, const wb_tensor *b, wb_tensor **y);
wb_status wb_exp(const wb_tensor *x, wb_tensor **y);
wb_status wb_log(const wb_tensor *x, wb_tensor **y);
wb_status wb_sqrt(const wb_tensor *x, wb_tensor **y);
wb_status wb_square(const wb_tensor *x, wb_tensor **y);
wb_status wb_tanh(const wb_tensor *x, wb_tensor **y);
wb_status wb_sigmoid(const wb_tensor *x, wb_tensor **y);
wb_status wb_relu(const wb_tensor *x, wb_tensor **y);
wb_status wb_sum(const wb_tensor *x, wb_tensor **y);
wb_status wb_mean(const wb_tensor *x, wb_tensor **y);

/* ------------------------------------------------------------------ shapes
 * Names and rules are PyTorch's. Where the elements only get other places (all but repeat, tile, stack, hstack, vstack,
 * roll, pad, tril, triu and diag), nothing is moved: whatever reads the result reads through strides. Any dtype; an
 * axis out of range gives WB_ERROR_INDEX. */

/* Axes start to end (both included) as one. A scalar becomes [1]. */
wb_status wb_flatten(const wb_tensor *x, int32_t start, int32_t end, wb_tensor **y);

/* One axis as `rank` axes of the given extents, of which one may be -1 and is deduced. */
wb_status wb_unflatten(const wb_tensor *x, int32_t axis, int32_t rank, const int64_t *shape, wb_tensor **y);

/* Without those of `axes` that have extent 1 (NULL with axis_count 0: without all that have). */
wb_status wb_squeeze(const wb_tensor *x, const int32_t *axes, int32_t axis_count, wb_tensor **y);

/* With a new axis of extent 1, which is axis `axis` of y. */
wb_status wb_unsqueeze(const wb_tensor *x, int32_t axis, wb_tensor **y);

/* With two axes exchanged. */
wb_status wb_transpose(const wb_tensor *x, int32_t axis0, int32_t axis1, wb_tensor **y);

/* Axis sources[i] of x is axis destinations[i] of y; the others keep their order. */
wb_status wb_movedim(const wb_tensor *x, const int32_t *sources, const int32_t *destinations, int32_t count,
                     wb_tensor **y);

/* As wb_broadcast_to, where -1 keeps an extent. */
wb_status wb_expand(const wb_tensor *x, int32_t rank, const int64_t *shape, wb_tensor **y);

/* x counts[i] times in a row along axis i. `count` is at least x's rank; counts in excess make new axes in front. */
wb_status wb_repeat(const wb_tensor *x, const int64_t *counts, int32_t count, wb_tensor **y);

/* The same with any number of counts: those that are missing in front are 1. */
wb_status wb_tile(const wb_tensor *x, const int64_t *counts, int32_t count, wb_tensor **y);

/* Joins `count` tensors (1 at least): of one shape, along a new axis `axis`; along axis 1 (vectors: axis 0; scalars
 * are vectors); along axis 0 (scalars and vectors are rows of a matrix). Dtypes promote. */
wb_status wb_stack(wb_tensor *const *tensors, int32_t count, int32_t axis, wb_tensor **y);
wb_status wb_hstack(wb_tensor *const *tensors, int32_t count, wb_tensor **y);
wb_status wb_vstack(wb_tensor *const *tensors, int32_t count, wb_tensor **y);

/* Cuts x along axis into `count` parts of the given extents, which add up to its own. parts: room for `count`
 * handles. */
wb_status wb_split(const wb_tensor *x, int32_t axis, const int64_t *extents, int32_t count, wb_tensor **parts);

/* The slices of x along axis, which goes. parts: room for as many handles as the axis' extent, `count` (else
 * WB_ERROR_ARGUMENT). */
wb_status wb_unbind(const wb_tensor *x, int32_t axis, int32_t count, wb_tensor **parts);

/* The elements in reverse order along axes (NULL with axis_count 0: along all). */
wb_status wb_flip(const wb_tensor *x, const int32_t *axes, int32_t axis_count, wb_tensor **y);

/* Element i of axis axes[k] goes to i + shifts[k]; what leaves at the end comes in at the beginning. axes NULL: one
 * shift, of the flattened x. */
wb_status wb_roll(const wb_tensor *x, const int64_t *shifts, const int32_t *axes, int32_t count, wb_tensor **y);

typedef enum wb_pad_mode {
    WB_PAD_CONSTANT = 0,  /* `value` */
    WB_PAD_REFLECT = 1,   /* mirrored at the edge element, which is not repeated; fewer than the extent */
    WB_PAD_REPLICATE = 2, /* the edge element */
    WB_PAD_CIRCULAR = 3   /* from the other end; at most the extent */
} wb_pad_mode;

/* With widths[2k] elements more before and widths[2k + 1] after those of the k-th axis from the end, for `count`
 * axes; negative widths take elements away. value: for WB_PAD_CONSTANT. */
wb_status wb_pad(const wb_tensor *x, const int64_t *widths, int32_t count, wb_pad_mode mode, double value,
                 wb_tensor **y);

/* The same with a whole number, exactly; one that x's integer dtype does not hold gives WB_ERROR_ARGUMENT. */
wb_status wb_pad_int64(const wb_tensor *x, const int64_t *widths, int32_t count, wb_pad_mode mode, int64_t value,
                       wb_tensor **y);

/* x with zeros above (tril) or below (triu) diagonal `offset` of the matrices in its last two axes. */
wb_status wb_tril(const wb_tensor *x, int64_t offset, wb_tensor **y);
wb_status wb_triu(const wb_tensor *x, int64_t offset, wb_tensor **y);

/* Diagonal `offset` (above the main one if positive) of the matrices over two axes, as the last axis of y. */
wb_status wb_diagonal(const wb_tensor *x, int64_t offset, int32_t axis0, int32_t axis1, wb_tensor **y);

/* A vector as diagonal `offset` of a matrix of zeros; of a matrix, its diagonal. */
wb_status wb_diag(const wb_tensor *x, int64_t offset, wb_tensor **y);

/* ------------------------------------------------------------------ indices and masks
 * Index tensors are uint8, int32 or int64; negative ones count from the end. An index out of range gives
 * WB_ERROR_INDEX, with index, axis and extent, when the values are computed. Masks are WB_BOOL. Where an element is
 * written twice, the last value stays; sums are taken in the order of the indices: the same bits on any number of
 * threads. Derivatives pass to what was read and to what was written and stayed. */

typedef enum wb_index_kind {
    WB_INDEX_AT = 0,       /* one position; the axis goes. numbers: position, 0, 0 */
    WB_INDEX_SLICE = 1,    /* start:stop:step as in wb_slice. numbers: start, stop, step */
    WB_INDEX_NEW_AXIS = 2, /* a new axis of extent 1 */
    WB_INDEX_ELLIPSIS = 3, /* as many whole axes as are left; once at most */
    WB_INDEX_TENSOR = 4    /* tensors[i]: integers along one axis, or a mask over as many axes as it has */
} wb_index_kind;

/* x[entry 0, entry 1, ...] as NumPy reads it: `count` entries, which name at most as many axes as x has (else
 * WB_ERROR_INDEX). numbers: three for each entry. tensors: one for each entry, read where the kind is
 * WB_INDEX_TENSOR; NULL if none is. Several index tensors broadcast together and pick together: their axes stand
 * where the first of them was, or in front, if others stood between. A mask is computed at once, since the shape
 * depends on it: WB_ERROR_STATE inside a capture block. Entries that are no tensors move nothing. */
wb_status wb_index(const wb_tensor *x, int32_t count, const wb_index_kind *kinds, const int64_t *numbers,
                   wb_tensor *const *tensors, wb_tensor **y);

/* x[entry 0, entry 1, ...] = value: points x at its old values with those that wb_index picks replaced by `value`,
 * which broadcasts to them and is cast to x's dtype. Whoever holds the old value keeps it. A mask whose elements all
 * get the same needs no values, also inside a capture block. As with wb_tensor_assign, a leaf that requires
 * gradients takes it only while gradients are disabled (WB_ERROR_STATE). */
wb_status wb_index_assign(wb_tensor *x, int32_t count, const wb_index_kind *kinds, const int64_t *numbers,
                          wb_tensor *const *tensors, const wb_tensor *value);

/* Rows of x along axis picked by index (any rank): shape of x with the axis replaced by the shape of index. */
wb_status wb_index_select(const wb_tensor *x, int32_t axis, const wb_tensor *index, wb_tensor **y);

/* y[i][j][k] = x[i][index[i][j][k]][k] for axis 1: index has x's rank, and the two broadcast together but along
 * axis. */
wb_status wb_take_along_axis(const wb_tensor *x, int32_t axis, const wb_tensor *index, wb_tensor **y);

/* The same without broadcasting: y has the shape of index, which may be smaller than x along the other axes. */
wb_status wb_gather(const wb_tensor *x, int32_t axis, const wb_tensor *index, wb_tensor **y);

/* x with x[i][index[i][j][k]][k] = source[i][j][k] for axis 1. index is nowhere larger than x but along axis, and
 * nowhere larger than source; a scalar source serves for all. */
wb_status wb_scatter(const wb_tensor *x, int32_t axis, const wb_tensor *index, const wb_tensor *source, wb_tensor **y);

/* The same with += . */
wb_status wb_scatter_add(const wb_tensor *x, int32_t axis, const wb_tensor *index, const wb_tensor *source,
                         wb_tensor **y);

/* value (cast to x's dtype) where mask is true, else x. The three broadcast. */
wb_status wb_masked_fill(const wb_tensor *x, const wb_tensor *mask, const wb_tensor *value, wb_tensor **y);

/* The elements of x where mask is true, of the two broadcast together: 1-D. Computes the mask at once
 * (WB_ERROR_STATE inside a capture block). */
wb_status wb_masked_select(const wb_tensor *x, const wb_tensor *mask, wb_tensor **y);

/* The places of the elements that are not 0, in row-major order: int64 [count, rank]. Computes x at once
 * (WB_ERROR_STATE inside a capture block). */
wb_status wb_nonzero(const wb_tensor *x, wb_tensor **y);

/* 1 where the label says and 0 elsewhere, along a new last axis of `classes`; classes -1: one more than the largest
 * label, which is computed at once. A label outside [0, classes) gives WB_ERROR_INDEX when the values are computed. */
wb_status wb_one_hot(const wb_tensor *labels, int64_t classes, wb_dtype dtype, wb_tensor **y);

/* ------------------------------------------------------------------ functions by name */

/* Calls a function of tensors: those of docs/operations.md, losses among them. `call` is its name with the arguments
 * that are no tensors, as Python writes them: "softmax(dim=1)", "cross_entropy(reduction='sum')", "relu". The
 * tensors of `inputs` go to the parameters that take tensors, in their order; text by place goes to the parameters
 * that are left, in theirs. outputs has room for `capacity` handles; *output_count (may be NULL) is how many there
 * are. WB_ERROR_ARGUMENT, with the column, for a text that is no call, an unknown function, an argument that does
 * not fit, or less room than results. */
wb_status wb_call(const char *call, wb_tensor *const *inputs, int32_t input_count, wb_tensor **outputs,
                  int32_t capacity, int32_t *output_count);

/* ------------------------------------------------------------------ derivatives
 * A derivative is more graph, so every function here can be applied to its own results, to any order. */

/* Adds d(root)/d(leaf) to the collected gradient (wb_tensor_grad) of every leaf that requires gradients. gradient:
 * the cotangent of root, of its shape; NULL (meaning 1) needs a root of one element. WB_ERROR_STATE if root depends
 * on nothing that requires gradients. retain_graph 0: the graph behind root is released; a second wb_backward from
 * it gives WB_ERROR_STATE. */
wb_status wb_backward(wb_tensor *root, const wb_tensor *gradient, int32_t retain_graph);

/* Reverse mode: gradients[j] = sum_i (d outputs[i] / d inputs[j])^T cotangents[i], of the shape of inputs[j].
 * cotangents: NULL for ones (outputs of one element only), or one per output. create_graph 1: the gradients can be
 * differentiated again. An input that requires no gradient gives WB_ERROR_STATE; one that outputs do not depend on
 * gives zeros, or with allow_unused 1 a NULL handle. Values and graph stay as they are. */
wb_status wb_grad(wb_tensor *const *outputs, int32_t output_count, wb_tensor *const *inputs, int32_t input_count,
                  wb_tensor *const *cotangents, int32_t create_graph, int32_t allow_unused, wb_tensor **gradients);

/* Forward mode: tangents_out[i] = sum_j (d outputs[i] / d inputs[j]) tangents[j], of the shape of outputs[i]; zeros
 * where outputs[i] depends on no input. An input that requires no gradient gives WB_ERROR_STATE. Differentiable
 * again. */
wb_status wb_jvp(wb_tensor *const *outputs, int32_t output_count, wb_tensor *const *inputs, int32_t input_count,
                 wb_tensor *const *tangents, wb_tensor **tangents_out);

/* Taylor mode (Griewank and Walther 2008, Evaluating Derivatives, chapter 13): all derivatives up to `order` along a
 * curve, in one pass whose cost grows with the square of the order at most, where wb_jvp of wb_jvp doubles with
 * each. derivatives[i * order + k - 1] = d^k outputs[i] / dt^k (no factor 1/k!), of the shape of outputs[i], zeros
 * where it depends on no input. The curve starts at the inputs' values; directions[j * direction_count + k - 1] is
 * its derivative k by t, of the shape of inputs[j]; NULL, and all beyond direction_count, are zero. So with
 * direction_count 1 it is the straight line inputs[j] + t directions[j]. order: 0 (nothing is written) to 100, else
 * WB_ERROR_ARGUMENT. An input that requires no gradient gives WB_ERROR_STATE. Differentiable again. */
wb_status wb_taylor(wb_tensor *const *outputs, int32_t output_count, wb_tensor *const *inputs, int32_t input_count,
                    wb_tensor *const *directions, int32_t direction_count, int32_t order, wb_tensor **derivatives);

/* Hessian-vector products of a scalar output, forward over reverse: products[j] = sum_k (d^2 output / d inputs[j] d
 * inputs[k]) vectors[k]. */
wb_status wb_hvp(const wb_tensor *output, wb_tensor *const *inputs, int32_t input_count, wb_tensor *const *vectors,
                 wb_tensor **products);

/* A fresh variable with the values of x, for writing transforms: y requires gradients and depends on x, so that
 * derivatives with respect to y treat everything else as constant, and derivatives with respect to x pass through. */
wb_status wb_variable(const wb_tensor *x, wb_tensor **y);

/* Derivative rules from outside the library. They are called while derivatives are recorded (wb_grad, wb_backward,
 * wb_jvp, wb_hvp; in a captured block once, when it is captured), on that call's thread, without the library's lock,
 * and record their answer with ordinary operations, in the gradient mode of that call.
 *
 * `outputs`: the results, to be computed with; derivatives pass through them. `cotangents`, `tangents`: NULL where
 * there are none, which means zeros. Handles that a rule is given are freed when it returns. Handles that it writes are
 * the library's from then on; a place left NULL means zeros. A status other than WB_OK ends the call outside with that
 * status; then handles written so far are freed too.
 *
 * vjp: gradients[j] = sum_i (d outputs[i] / d inputs[j])^T cotangents[i], of input j's shape. needed[j]: whether
 * anybody asks for it. jvp: tangents_out[i] = sum_j (d outputs[i] / d inputs[j]) tangents[j], of output i's shape. */
typedef wb_status (*wb_vjp_callback)(void *context, wb_tensor *const *outputs, wb_tensor *const *cotangents,
                                     int32_t output_count, const int32_t *needed, wb_tensor **gradients,
                                     int32_t input_count);
typedef wb_status (*wb_jvp_callback)(void *context, wb_tensor *const *outputs, int32_t output_count,
                                     wb_tensor *const *tangents, int32_t input_count, wb_tensor **tangents_out);

/* An operation with derivatives of the caller's: results[i] has the value of outputs[i], recorded before from the
 * inputs (best under wb_set_grad_enabled(0)), and the derivatives that the rules give. One of vjp and jvp may be
 * NULL: the other is then transposed, which takes its derivative by what it is linear in. The rules and their
 * context live as long as the graph; then release(context) is called once (release may be NULL). If this call fails,
 * release is not called. WB_ERROR_ARGUMENT without any rule. */
wb_status wb_custom(wb_tensor *const *inputs, int32_t input_count, wb_tensor *const *outputs, int32_t output_count,
                    wb_vjp_callback vjp, wb_jvp_callback jvp, wb_release_callback release, void *context,
                    wb_tensor **results);

/* Called with the gradient of a tensor when reverse mode has computed it, before it goes on. A handle written to
 * *replacement takes the gradient's place, and is the library's from then on; NULL leaves the gradient as it is.
 * Threads, lock, status as for wb_vjp_callback. */
typedef wb_status (*wb_hook_callback)(void *context, const wb_tensor *gradient, wb_tensor **replacement);

/* Calls the hook for each gradient of this tensor from now on: for a leaf, whatever value it takes later; for a
 * computed tensor, as long as its graph lives. Hooks run in the order of registration. A captured program has what
 * they recorded when it was captured. release(context) is called once, at the end (release may be NULL); not if this
 * call fails. WB_ERROR_STATE for a tensor that does not require gradients. */
wb_status wb_tensor_register_hook(wb_tensor *tensor, wb_hook_callback hook, wb_release_callback release, void *context);

/* Gradient checkpointing (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"): results with the
 * values of outputs[i], whose graph stores the inputs of the function alone; each derivative computes the rest
 * again, the same bits, random numbers included. `variables`: made by wb_variable from the function's inputs just
 * before it was recorded (one at least, else WB_ERROR_ARGUMENT); outputs: recorded from them, not computed yet.
 * Leaves and tensors from outside that the function reads get their gradients too. */
wb_status wb_checkpoint(wb_tensor *const *variables, int32_t variable_count, wb_tensor *const *outputs,
                        int32_t output_count, wb_tensor **results);

/* Vectorisation: between wb_vmap_begin and wb_vmap_end this thread records a function of one example, and gets its
 * results for all examples at once, in one graph:
 *
 *     wb_vmap_begin(&rows, (int32_t[]){0}, 1, WB_RANDOMNESS_ERROR, &row);      rows [64, 784], row [784]
 *     ...                                                                      y = f(row), y [10]
 *     wb_vmap_end(&y, (int32_t[]){0}, 1, 0, &all);                             all [64, 10]
 *
 * Tensors from outside, such as parameters, are the same for all examples. Derivatives may be taken inside (of
 * wb_variable(row), or of parameters: gradients of each example), and derivatives of the results pass through to the
 * tensors. Blocks nest. What depends on an example has no value: asking for it, setting requires_grad, wb_backward, and
 * writing it in place to a tensor from outside give WB_ERROR_STATE. */

typedef enum wb_randomness {
    WB_RANDOMNESS_ERROR = 0,    /* drawing random numbers is WB_ERROR_STATE */
    WB_RANDOMNESS_SAME = 1,     /* one draw, which all examples share */
    WB_RANDOMNESS_DIFFERENT = 2 /* a draw for each example */
} wb_randomness;

typedef enum wb_vmap_axis {
    /* of an output that depends on no example: it is handed out as it is (else WB_ERROR_ARGUMENT) */
    WB_VMAP_NO_AXIS = -2147483647
} wb_vmap_axis;

/* Opens a block on this thread. variables[i] receives a tensor that stands for one example of tensors[i], of its
 * type without axis axes[i] (negative: from the end). The axes have one extent, the number of examples, which may be
 * 0 (else WB_ERROR_SHAPE); count is 1 at least. */
wb_status wb_vmap_begin(wb_tensor *const *tensors, const int32_t *axes, int32_t count, wb_randomness randomness,
                        wb_tensor **variables);

/* Closes the innermost block. results[i] receives outputs[i] for all examples, along axis axes[i] of the result, or
 * WB_VMAP_NO_AXIS; what depends on no example is repeated. chunk_size: as many examples at a time, for less memory;
 * 0 for all at once. If it fails, the block stays open. */
wb_status wb_vmap_end(wb_tensor *const *outputs, const int32_t *axes, int32_t count, int64_t chunk_size,
                      wb_tensor **results);

/* Leaves the innermost block; nothing has happened. */
wb_status wb_vmap_cancel(void);

/* A chain of reversible blocks (Gomez et al. 2017, "The Reversible Residual Network"): of each, y1 = x1 + F(x2), y2
 * = x2 + G(y1), and (y1, y2) is the next one's (x1, x2). Its graph stores the last results alone; reverse mode
 * computes the inputs of block after block again, x2 = y2 - G(y1), x1 = y1 - F(x2), so memory does not depend on
 * block_count, and gradients are off by the rounding of these differences. f_outputs[k], of x1's shape and dtype: F
 * of block k, recorded on f_variables[k], made by wb_variable just before from a tensor of x2's; g_outputs[k],
 * g_variables[k]: the other way round. Not computed yet. Leaves and tensors from outside that F and G read get their
 * gradients too. WB_ERROR_ARGUMENT without a block or a variable, WB_ERROR_SHAPE where a function has other shapes
 * or dtypes. */
wb_status wb_reversible(const wb_tensor *x1, const wb_tensor *x2, wb_tensor *const *f_variables,
                        wb_tensor *const *f_outputs, wb_tensor *const *g_variables, wb_tensor *const *g_outputs,
                        int32_t block_count, wb_tensor **y1, wb_tensor **y2);

/* What a recorded function reads from outside and derivatives pass through, such as parameters: for rules that have
 * to differentiate by it. `variables` and outputs as for wb_checkpoint. *count: how many there are; captures[0 ...
 * capacity - 1]: handles of the first ones, the caller's. */
wb_status wb_function_captures(wb_tensor *const *variables, int32_t variable_count, wb_tensor *const *outputs,
                               int32_t output_count, wb_tensor **captures, int32_t capacity, int32_t *count);

/* The recorded function on other tensors of the same values, shapes and dtypes: results[i] is outputs[i] recorded
 * again with arguments in the place of the variables and then the captures, in their order. WB_ERROR_ARGUMENT for
 * another number of arguments, WB_ERROR_SHAPE for other types. */
wb_status wb_function_call(wb_tensor *const *variables, int32_t variable_count, wb_tensor *const *outputs,
                           int32_t output_count, wb_tensor *const *arguments, int32_t argument_count,
                           wb_tensor **results);

/* 1 if a leaf that requires gradients stands behind the tensor (a wb_variable of a constant is not one). For
 * transforms: a result that depends on no leaf can be detached when the outermost transform ends, since nobody can
 * differentiate it any more. */
wb_status wb_tensor_depends_on_leaf(const wb_tensor *tensor, int32_t *depends);

/* Writes where the host's code is at this moment, such as "model.py, line 12", to text[0 ... capacity - 1], with a
 * null at its end: for sentences. */
typedef void (*wb_place_callback)(void *context, void *text, size_t capacity);

/* 1: each result is computed when it is recorded, and each gradient when it is derived; the first that holds NaN where
 * nothing before it did ends the call with WB_ERROR_NOT_FINITE, and a sentence that names the operation and the place.
 * place (may be NULL) says where the host's code is. Captured programs do not match
 * (wb_program_run_if_matching), and optimisers and trainers do without; in capture blocks and transforms nothing is
 * looked at. Slow; for all threads; default 0. */
wb_status wb_set_anomaly_mode(int32_t enabled, wb_place_callback place, void *context);

/* 0: operations recorded by this thread from now on are constants to derivatives. Writes the mode before to
 * *previous (may be NULL). Default 1. */
wb_status wb_set_grad_enabled(int32_t enabled, int32_t *previous);
wb_status wb_get_grad_enabled(int32_t *enabled);

typedef enum wb_grad_flag {
    WB_GRAD_ENABLED = 1,     /* this thread records for derivatives */
    WB_GRAD_REQUIRED = 2,    /* one of the tensors requires gradients */
    WB_GRAD_BFLOAT16 = 4,    /* this thread records under autocast to bfloat16 (wb_set_autocast) */
    WB_GRAD_CAPTURE = 8,     /* this thread has a capture block open */
    WB_GRAD_TRANSFORM = 16,  /* this thread is in a block with WB_BLOCK_TRANSFORM */
    WB_GRAD_WATCHED = 32,    /* values are watched (wb_set_anomaly_mode, wb_set_module_callback) */
    WB_GRAD_FLOAT16 = 64,    /* this thread records under autocast to float16 */
    WB_GRAD_FLOAT64 = 128,   /* functions of floats make float64 of whole numbers (wb_set_default_dtype) */
    WB_GRAD_TRAINING = 256,  /* this thread is in a block with WB_BLOCK_TRAINING */
    WB_GRAD_EVALUATION = 512 /* or in one with WB_BLOCK_EVALUATION */
} wb_grad_flag;

/* Mixed precision of the calls that this thread records from now on, for WB_BFLOAT16 or WB_FLOAT16; WB_FLOAT32, the
 * default, is none, and any other dtype is WB_ERROR_DTYPE. Products take floats of 32 bits in that dtype, and give it:
 * matmul and its kin, linear, convolutions, attention, recurrent cells, layers of these. Exponentials, logarithms,
 * powers, sums, softmax, norms and losses take floats of 16 bits as float32, and give that. All else takes what it is
 * given. float64 stays. The sums of products are float32, parameters and their gradients keep their dtype. Derivatives
 * are computed in the dtypes of the call, whatever holds when they are taken. Writes the dtype before to *previous (may
 * be NULL). A processor with AVX512_BF16 multiplies bfloat16 at up to twice the speed of float32, and takes numbers
 * below 2^-126 for zeros; elsewhere 16 bits are multiplied as float32, which is no faster, and may differ in the last
 * bits of the sums. */
wb_status wb_set_autocast(wb_dtype dtype, wb_dtype *previous);
wb_status wb_get_autocast(wb_dtype *dtype);

/* What functions of floats (division, exp, mean of bool, ...) make of whole numbers, and what a function of the table
 * gives that takes a dtype and gets none: WB_FLOAT32 at first, or WB_FLOAT64; any other dtype is WB_ERROR_DTYPE. Holds
 * for the whole process. Writes the dtype before to *previous (may be NULL). */
wb_status wb_set_default_dtype(wb_dtype dtype, wb_dtype *previous);

/* Blocks of a thread's state, for hosts that can be cut off anywhere, as by an exception of a signal's handler: at
 * its end the gradient mode, autocast, the modules' mode, and the capture blocks, wb_vmap blocks and
 * recordings that are open are those of its begin, whatever was switched or left open in between. */
typedef enum wb_block_change {
    WB_BLOCK_GRAD_OFF = 1,       /* operations are constants to derivatives (wb_set_grad_enabled) */
    WB_BLOCK_GRAD_ON = 2,        /* they are recorded */
    WB_BLOCK_FLOAT32 = 4,        /* no autocast (wb_set_autocast) */
    WB_BLOCK_BFLOAT16 = 8,       /* autocast to bfloat16 */
    WB_BLOCK_TRANSFORM = 16,     /* a transform of functions runs: wb_grad_flags says so, and programs do not match */
    WB_BLOCK_THEN_GRAD_OFF = 32, /* the gradient mode after the block, in the place of that before it */
    WB_BLOCK_THEN_GRAD_ON = 64,
    WB_BLOCK_FLOAT16 = 128,   /* autocast to float16 */
    WB_BLOCK_TRAINING = 256,  /* modules train, whatever their own modes are (wb_module_set_training) */
    WB_BLOCK_EVALUATION = 512 /* modules evaluate, whatever their own modes are */
} wb_block_change;

/* Opens a block with a sum of these changes; 0 for none. Blocks nest. */
wb_status wb_block_begin(int32_t changes);

/* Ends this thread's innermost block (WB_ERROR_STATE if none is open). Blocks that a callback left open end with it. */
wb_status wb_block_end(void);

/* For bindings that choose between a captured program and recording anew: writes the sum of the wb_grad_flags that
 * hold to *flags. */
wb_status wb_grad_flags(wb_tensor *const *tensors, int32_t count, int32_t *flags);

/* ------------------------------------------------------------------ captured programs
 * Between begin and end this thread's calls are recorded, not computed: the inputs stand for later arguments, and every
 * tensor from outside that was read, written, stepped or given a gradient becomes a hidden input or output. The block
 * may hold forward, loss, backward, zero_grad and step. The program then runs all of it in one call, without recording
 * again. */

/* Opens a capture block on this thread (WB_ERROR_STATE if one is open). inputs: distinct tensors whose shape and
 * dtype the arguments will have; their values are not used. Inside, asking for a value gives WB_ERROR_STATE; what is
 * recorded has no value afterwards either, except as an output of a run. */
wb_status wb_capture_begin(wb_tensor *const *inputs, int32_t input_count);

/* For bindings: notes in the block that what is recorded depends on a module whose forward pass is the binding's own
 * code. Modules that the library runs are noted anyway. See wb_program_run_if_matching. */
wb_status wb_capture_depends(const wb_module *module);

/* Closes the block. outputs: tensors recorded in it, whose values each run returns. If it fails, the block stays
 * open. */
wb_status wb_capture_end(wb_tensor *const *outputs, int32_t output_count, wb_program **program);

/* Leaves the block; nothing has happened. */
wb_status wb_capture_cancel(void);

/* Runs the program. inputs: as many as at capture, same shapes and dtypes. outputs[i] receives a new tensor. If it
 * fails (WB_ERROR_SHAPE for another shape or dtype, WB_ERROR_INDEX for a label), nothing has been updated. Hidden
 * outputs (parameters, optimiser state, gradients) are updated, in place where nothing else refers to their memory.
 * An input that the block wrote in place is updated too: WB_ERROR_STATE, and nothing has happened, where it shares
 * memory with another input or a hidden one (is the same, or a view of it).
 * WB_ERROR_STATE, and nothing has happened, where a tensor from outside has another dtype than at capture, where one
 * requires gradients that did not, or the other way round, and the block took gradients, and where a gradient that it
 * asked for was there and is not, or the other way round: capture again. Modules and optimisers that have changed
 * otherwise (modes, children, groups) run as they were captured. */
wb_status wb_program_run(wb_program *program, wb_tensor *const *inputs, int32_t input_count, wb_tensor **outputs,
                         int32_t output_count);

/* For bindings that choose between a captured program and recording anew: wb_program_run, if all is as it was at
 * capture: shapes and dtypes of the inputs, none of which requires gradients, and this thread's gradient mode and
 * autocast; tensors and gradients from outside (what is WB_ERROR_STATE for wb_program_run); the modules that the
 * block ran (mode, children, parameters, buffers, forward pass), the groups of optimisers, which of their settings
 * are 0, and hooks. Then it writes 1 to *matches; otherwise, and inside a capture block or one with
 * WB_BLOCK_TRANSFORM, 0, and does nothing. memory: NULL, or for each input the address of its values (as for
 * wb_program_run_pointers), which are read in place of the tensor, or NULL where the tensor is the input. An input
 * that the block wrote is a tensor. */
wb_status wb_program_run_if_matching(wb_program *program, wb_tensor *const *inputs, const void *const *memory,
                                     int32_t input_count, wb_tensor **outputs, int32_t output_count, int32_t *matches);

/* wb_program_run, reading arguments from and writing results to the caller's memory (dense, row-major, of the
 * captured shapes and dtypes, aligned to an element): no handle is made, and no input is written. outputs[i], or
 * outputs itself, may be NULL. The memory of a result overlaps no argument and no other result; after a failure what
 * it holds is unspecified. */
wb_status wb_program_run_pointers(wb_program *program, const void *const *inputs, int32_t input_count,
                                  void *const *outputs, int32_t output_count);

/* The same, if all is as it was at capture, as for wb_program_run_if_matching, and no input is written. */
wb_status wb_program_run_pointers_if_matching(wb_program *program, const void *const *inputs, int32_t input_count,
                                              void *const *outputs, int32_t output_count, int32_t *matches);

/* For bindings which know that recording would give the same again although modules have changed: takes these as they
 * are now for those of the capture. */
wb_status wb_program_renew(wb_program *program);

/* Writes 1 to *writes if the block wrote input `index` in place, so that a run updates the tensor given for it. */
wb_status wb_program_writes_input(const wb_program *program, int32_t index, int32_t *writes);

/* For bindings: writes 1 to *collides if an input shares memory with another input or a tensor from outside (is the
 * same, or a view of it), and the program writes to one of the two. A run reads inputs as they are when it begins, so
 * what it writes to one would not show in the other. wb_program_run_if_matching does not match then. */
wb_status wb_program_collides(wb_program *program, wb_tensor *const *inputs, int32_t input_count, int32_t *collides);

/* A text that lists the plan, a line for each step: floating-point operations (of matrix products), bytes read and
 * written, the operations that it computes in one go, and the memory that it reads and writes. The last line has the
 * sums. The text belongs to the library, and is valid until this thread's next call of a function that returns such
 * a text. */
wb_status wb_program_explain(const wb_program *program, const char **text);

/* The same with the time of each step: microseconds, share, GFLOP/s of products, GB/s. It runs the program at least
 * 6 times, for about 0.3 s, and takes medians; whatever the program writes is written to copies, so that no
 * parameter, gradient or random state changes. inputs: as for wb_program_run; NULL with a count of 0 for zeros.
 * Fails as wb_program_run does. */
wb_status wb_program_profile(const wb_program *program, wb_tensor *const *inputs, int32_t input_count,
                             const char **text);

wb_status wb_program_free(wb_program *program);

/* ------------------------------------------------------------------ modules
 * A module is a layer, a loss, or a tree of modules: named children, named parameters (leaf tensors that require
 * gradients), named buffers (saved, not trained). Which kinds there are, with their arguments, is in docs/layers.md and
 * in the registry. */

/* The module that an expression spells: PyTorch's constructor calls.
 *
 *     Sequential(Linear(3, 16), Tanh(), Linear(16, 1, bias=False))
 *     Sequential(hidden=Linear(3, 16), act=GELU(approximate='tanh'), out=Linear(16, 1))    keywords name the children
 *     Graph('x', 'h = fc(x)\ny = add(h, x)', 'y', fc=Linear(3, 3))                         a residual block
 *
 * An argument is a whole or real number, True, False, None, a text in quotes, a tuple, or a call. Parameters are drawn
 * from the default generator; dtype (WB_FLOAT32 or WB_FLOAT64) is theirs where a call has no dtype= of its own.
 * WB_ERROR_ARGUMENT with the column, and with what would have fitted. */
wb_status wb_module_create(const char *expression, wb_dtype dtype, wb_module **module);

/* The expression that makes such a module again, with parameters of its own: what wb_module_create reads. A module
 * that stands in several places is SharedModule('path') after the first. WB_ERROR_UNSUPPORTED for a module with code
 * of the host's. The text belongs to the library, and is valid until this thread's next call of a function that
 * returns such a text. */
wb_status wb_module_expression(const wb_module *module, const char **expression);

/* Applies its children in order; they are named "0", "1", ... Children may be added later with wb_module_add. */
wb_status wb_module_sequential(wb_module *const *children, int32_t count, wb_module **module);

/* Has a Sequential's forward pass store the inputs of segments of its children alone, all but the last, and compute
 * the rest again in derivatives (wb_checkpoint): the same bits. segments: how many, at most as many as there are
 * children; -1 for the square root of their number; 0 to end it. It is no part of checkpoint files.
 * WB_ERROR_UNSUPPORTED for another module, WB_ERROR_ARGUMENT for another number. */
wb_status wb_module_set_checkpoint(wb_module *sequential, int32_t segments);

/* A forward pass of the host's own. It records with ordinary calls, on the thread that asked for it, without the
 * library's lock. inputs: handles that are freed when it returns; NULL for one that is not given. options: the text
 * of wb_module_call, or NULL. It writes the results' handles to outputs[0 ... capacity - 1], which are the library's
 * from then on, and their number to *output_count. A status other than WB_OK ends the call outside with that status. */
typedef wb_status (*wb_forward_callback)(void *context, const char *options, wb_tensor *const *inputs,
                                         int32_t input_count, wb_tensor **outputs, int32_t capacity,
                                         int32_t *output_count);

/* A module of the host's: class_name is what it is called in descriptions and checkpoints. Containers, trainers and
 * wb_evaluate run it like a layer; a trainer records it once for each batch size. forward may be NULL: then it holds
 * modules, parameters and buffers, but cannot be run. release(context) is called once, when the module goes (release
 * may be NULL); not if this call fails. */
wb_status wb_module_host(const char *class_name, wb_forward_callback forward, wb_release_callback release,
                         void *context, wb_module **module);

/* Gives a module a forward pass of the host's in the place of its own, and another class name: what a subclass of a
 * layer is. Its own forward pass is wb_module_call_layer. release as in wb_module_host. */
wb_status wb_module_set_forward(wb_module *module, const char *class_name, wb_forward_callback forward,
                                wb_release_callback release, void *context);

/* The same for a layer that stays what it is in descriptions and checkpoints: for code around its own pass, such as
 * hooks. NULL as forward takes away what was set here or by wb_module_set_forward. WB_ERROR_STATE for a module of the
 * host's. */
wb_status wb_module_wrap(wb_module *module, wb_forward_callback forward, wb_release_callback release, void *context);

/* Notes that a module's forward pass in the host's code computes something else from now on, because of what only
 * the host knows: programs that ran it are captured anew where the library or a binding does that. NULL: the same
 * for hooks. */
wb_status wb_module_changed(wb_module *module);

/* A text of the host's that is saved with the module, for what it needs to know of it when it is loaded; NULL for
 * none. The text that is read is valid as in wb_module_parameter. */
wb_status wb_module_set_note(wb_module *module, const char *note);
wb_status wb_module_note(const wb_module *module, const char **note);

/* The layer of the registry that the module is, also where the host has given it another forward pass and class name;
 * NULL for one that is the host's alone. Text as in wb_module_parameter. */
wb_status wb_module_kind(const wb_module *module, const char **kind);

/* 1 if the module's own forward pass is the host's, whatever is in it. */
wb_status wb_module_has_host(const wb_module *module, int32_t *has);

/* 1 if running the module, or any module in it, needs code of the host's. */
wb_status wb_module_needs_host(const wb_module *module, int32_t *needs);

/* Called after each forward pass of a module on any thread, outside of capture blocks, without the library's lock.
 * module: as wb_module_identity gives it. outputs: the results themselves, so that a hook on one sees its gradient;
 * their handles are freed when it returns. A status other than WB_OK ends the call outside with it. */
typedef wb_status (*wb_module_callback)(void *context, uint64_t module, wb_tensor *const *outputs,
                                        int32_t output_count);

/* Has forward passes watched: layer by layer, what comes out and, by wb_tensor_register_hook, what comes back. NULL
 * ends it. While it is set captured programs do not match, and trainers do without. */
wb_status wb_set_module_callback(wb_module_callback callback, void *context);

wb_status wb_module_free(wb_module *module);

/* Adds or replaces a child under `name` (not empty, no '.' and no '/'). A module cannot contain itself, and modules
 * nest up to 200 levels deep (WB_ERROR_ARGUMENT). */
wb_status wb_module_add(wb_module *parent, const char *name, wb_module *child);

/* Removes the child of that name (WB_ERROR_ARGUMENT if there is none). */
wb_status wb_module_remove(wb_module *parent, const char *name);

/* Adds or replaces a parameter: a float leaf tensor, which is made to require gradients. NULL removes it. */
wb_status wb_module_set_parameter(wb_module *module, const char *name, wb_tensor *parameter);

/* Has the forward passes of a layer take `value` for its parameter `name`, until NULL takes it away: what was computed
 * from other parameters (weight normalisation), or is to stand in for one call. It is listed, saved and trained
 * nowhere; derivatives pass through it. */
wb_status wb_module_lend(wb_module *module, const char *name, wb_tensor *value);

/* Adds or replaces a buffer: a tensor that is saved with the model but not trained. NULL removes it. */
wb_status wb_module_set_buffer(wb_module *module, const char *name, wb_tensor *buffer);

/* Forward pass of several tensors. inputs: as many as the module takes, NULL for an optional one that is not given.
 * options: arguments of this call alone, such as "need_weights=False", or NULL. outputs has room for `capacity`
 * handles; *output_count (may be NULL) is how many there are; NULL is written for a result that is not there.
 * Buffers that the pass changes change once, at its end; if it fails, they have not. WB_ERROR_ARGUMENT for another
 * number of tensors, WB_ERROR_UNSUPPORTED for a module without a forward pass. */
wb_status wb_module_call(const wb_module *module, const char *options, wb_tensor *const *inputs, int32_t input_count,
                         wb_tensor **outputs, int32_t capacity, int32_t *output_count);

/* The same with the layer's own forward pass, where the host has set another. */
wb_status wb_module_call_layer(const wb_module *module, const char *options, wb_tensor *const *inputs,
                               int32_t input_count, wb_tensor **outputs, int32_t capacity, int32_t *output_count);

/* Forward pass of one tensor: x [rows, ...] -> *y [rows, ...]. */
wb_status wb_module_forward(const wb_module *module, const wb_tensor *x, wb_tensor **y);

/* Parameters (buffers) of the module and all modules in it, depth first, in order of registration; a shared one
 * counts once. */
wb_status wb_module_parameter_count(const wb_module *module, int32_t *count);
/* name: dotted path like "0.weight"; valid until this thread's next call of a function that returns such a text.
 * Either out-parameter may be NULL. */
wb_status wb_module_parameter(const wb_module *module, int32_t index, const char **name, wb_tensor **parameter);
/* The same of buffers. */
wb_status wb_module_buffer_count(const wb_module *module, int32_t *count);
wb_status wb_module_buffer(const wb_module *module, int32_t index, const char **name, wb_tensor **buffer);

/* Direct children, in order. */
wb_status wb_module_child_count(const wb_module *module, int32_t *count);
wb_status wb_module_child(const wb_module *module, int32_t index, const char **name, wb_module **child);

/* A number that all handles of one module share, and no other module that is in use has. For bindings. */
wb_status wb_module_identity(const wb_module *module, uint64_t *identity);

/* The class name, like "Linear", and the whole tree as PyTorch prints it, over several lines. Texts as in
 * wb_module_parameter. */
wb_status wb_module_class_name(const wb_module *module, const char **name);
wb_status wb_module_describe(const wb_module *module, const char **text);

/* What stands between the parentheses of a module's description, such as "in_features=3, out_features=4, bias=True". */
wb_status wb_module_summary(const wb_module *module, const char **text);

/* An argument that the module was made from, by name ("in_features", "approximate", ...): as a number (a flag is 1
 * or 0), or as a text that Python would write ("3", "'tanh'", "(2, 2)", "None"). WB_ERROR_ARGUMENT if it has none of
 * that name, or it is no number. */
wb_status wb_module_attribute(const wb_module *module, const char *name, double *value);
wb_status wb_module_attribute_text(const wb_module *module, const char *name, const char **text);

/* Changes such an argument, to the value that a text spells ("0.3", "None", "'sum'"), from the next forward pass on: of
 * layers that read it in each pass, as dropouts, normalisations with running statistics and losses do.
 * WB_ERROR_UNSUPPORTED for one that the layer was built from. */
wb_status wb_module_set_attribute(wb_module *module, const char *name, const char *text);

/* Training (1, default) or evaluation (0) mode of the module and all modules in it. */
wb_status wb_module_set_training(wb_module *module, int32_t training);
wb_status wb_module_get_training(const wb_module *module, int32_t *training);

/* Converts all float parameters and buffers to WB_FLOAT32 or WB_FLOAT64, in place. Gradients collected in another
 * dtype are dropped, and programs that read the parameters must be captured again. */
wb_status wb_module_cast(wb_module *module, wb_dtype dtype);

/* Removes all collected gradients. */
wb_status wb_module_zero_grad(wb_module *module);

/* ------------------------------------------------------------------ graphs
 * A Graph is a module with a body in text: what to compute with its children, one call a line. C makes one by an
 * expression (wb_module_create); from a module with code of the host's it is made by running that code and writing down
 * what it calls. */

/* Begins to write down what this thread calls: forward passes of modules, and functions of tensors. inputs: tensors
 * that stand for those of the forward pass, with names. Until wb_recording_end the host runs `module`'s forward pass
 * on them. Buffers of the module may be written to; tensors that the host makes (wb_tensor_create) are constants.
 * What no line can say is WB_ERROR_UNSUPPORTED when it is called, with the place, and does nothing: to look at a
 * value that depends on the inputs or on the model, to take a derivative, to give a callback, to run a program, to
 * train, to change the model. What is called while gradients are disabled (wb_set_grad_enabled) is a constant to
 * derivatives of the graph too. A forward pass that fails leaves the recording open: end it with
 * wb_recording_cancel. A recording keeps its module alive, and ends with its thread. place may be NULL.
 * WB_ERROR_STATE if a recording or a capture block is open on this thread. */
wb_status wb_recording_begin(const wb_module *module, wb_tensor *const *inputs, const char *const *names,
                             int32_t input_count, wb_place_callback place, void *context);

/* Ends it. outputs: the results of the forward pass. If it fails, the recording stays open. */
wb_status wb_recording_end(wb_tensor *const *outputs, int32_t output_count, wb_recording **recording);

/* Leaves it. Buffers that the forward pass has changed stay changed. */
wb_status wb_recording_cancel(void);

wb_status wb_recording_free(wb_recording *recording);

/* The Graph that does what was recorded, with copies of the module's parameters and buffers under the same paths.
 * evaluation: recordings in evaluation mode at several sizes: the first at some sizes; for each extent that may
 * vary, two where it alone is another; and, with two such extents and more, one where all are. training: the same in
 * training mode; none (NULL with 0) if the mode makes no difference. WB_ERROR_UNSUPPORTED, with the place, for a
 * call or a number that differs and is not linear in the sizes. */
wb_status wb_graph_create(const wb_module *module, wb_recording *const *evaluation, int32_t evaluation_count,
                          wb_recording *const *training, int32_t training_count, wb_module **graph);

/* ------------------------------------------------------------------ registry
 * What can be made and called by name. Texts of this section are static. */

typedef enum wb_registry {
    WB_REGISTRY_LAYERS = 0,
    WB_REGISTRY_LOSSES = 1,
    WB_REGISTRY_OPTIMIZERS = 2,
    WB_REGISTRY_FUNCTIONS = 3, /* of tensors: what wb_call and the bodies of graphs take */
    WB_REGISTRY_SCHEDULES = 4
} wb_registry;

/* How many entries a table has. */
wb_status wb_registry_count(wb_registry registry, int32_t *count);

/* An entry: its name, the family that it is listed under, its documentation (first a sentence, then more after an
 * empty line), and what it takes and gives: "input, target" and "output", with "=None" behind an input that may be
 * missing and "*" before one that stands for several. Any pointer may be NULL. WB_ERROR_INDEX for a number that the
 * table does not have. */
wb_status wb_registry_entry(wb_registry registry, int32_t index, const char **name, const char **family,
                            const char **documentation, const char **inputs, const char **outputs,
                            int32_t *argument_count);

/* An argument of an entry: its name ("*" before one that takes all that is left), its type as Python annotates it
 * ("int", "float", "bool", "Literal['none', 'tanh']", "tuple[float, float]", "int | None", ...), its default as
 * Python writes it (NULL if it has to be given), and its documentation. Any pointer may be NULL. */
wb_status wb_registry_argument(wb_registry registry, int32_t index, int32_t argument, const char **name,
                               const char **type, const char **initial, const char **documentation);

/* ------------------------------------------------------------------ initialisers
 * Fill a float tensor in place from the default generator. For a weight [out, in, ...]: fan_in = in x rest, fan_out =
 * out x rest. */

typedef enum wb_initializer {
    WB_INITIALIZER_CONSTANT = 0, /* a: the value */
    WB_INITIALIZER_UNIFORM = 1,  /* U(a, b) */
    WB_INITIALIZER_NORMAL = 2,   /* N(a, b^2) */
    /* U(-k, k), k = a sqrt(6 / (fan_in + fan_out)); a: gain. Glorot and Bengio 2010 */
    WB_INITIALIZER_XAVIER_UNIFORM = 3,
    WB_INITIALIZER_XAVIER_NORMAL = 4,   /* N(0, s^2), s = a sqrt(2 / (fan_in + fan_out)) */
    WB_INITIALIZER_KAIMING_UNIFORM = 5, /* U(-k, k), k = a sqrt(3 / fan_in); a: gain, sqrt 2 for ReLU. He et al. 2015 */
    WB_INITIALIZER_KAIMING_NORMAL = 6,  /* N(0, s^2), s = a / sqrt(fan_in) */
    WB_INITIALIZER_LECUN_NORMAL = 7,    /* N(0, 1 / fan_in). LeCun et al. 1998 */
    WB_INITIALIZER_LINEAR_DEFAULT = 8,  /* U(-k, k), k = 1 / sqrt(fan_in): PyTorch's default for Linear's weight. */
    WB_INITIALIZER_KAIMING_UNIFORM_FAN_OUT = 9, /* as 5 and 6, with fan_out in place of fan_in */
    WB_INITIALIZER_KAIMING_NORMAL_FAN_OUT = 10,
    WB_INITIALIZER_EYE = 11,   /* a matrix: ones on the diagonal, else zeros */
    WB_INITIALIZER_DIRAC = 12, /* [out, in, ...], in a groups: each output is an input, as far as both go */
    /* rows at right angles, or columns, where there are more rows; a: gain. Saxe et al. 2013 */
    WB_INITIALIZER_ORTHOGONAL = 13,
    WB_INITIALIZER_SPARSE = 14 /* a matrix: the share a of each column zeros, else N(0, b^2). Martens 2010 */
} wb_initializer;

/* a and b are finite (else WB_ERROR_ARGUMENT); kinds with a fan need two axes (else WB_ERROR_SHAPE). */
wb_status wb_initialize(wb_tensor *tensor, wb_initializer kind, double a, double b);

/* N(mean, deviation^2), of which what lies outside [low, high] is not drawn. deviation is above 0, low at most high. */
wb_status wb_initialize_truncated(wb_tensor *tensor, double mean, double deviation, double low, double high);

/* ------------------------------------------------------------------ clipping
 * Between wb_backward and wb_optimizer_step: keeps collected gradients from becoming too large. Parameters without a
 * gradient are left alone. All is one plan, also in a captured program. A function that fails changes no gradient. */

/* The norm of order p of all elements of all tensors together: 2, INFINITY, any number. check_finite 1:
 * WB_ERROR_NOT_FINITE where it is NaN or infinite, in a program when it runs. */
wb_status wb_total_norm(wb_tensor *const *tensors, int32_t count, double p, int32_t check_finite, wb_tensor **norm);

/* Multiplies all gradients by min(1, max_norm / (norm + 1e-6)) with their norm of order p, which is given out, 0-d, as
 * it was before; norm may be NULL. check_finite as in wb_total_norm. Pascanu et al. 2013. */
wb_status wb_clip_grad_norm(wb_tensor *const *parameters, int32_t count, double max_norm, double p,
                            int32_t check_finite, wb_tensor **norm);

/* The same with a norm that is known: a float tensor of one number. */
wb_status wb_clip_grad_with_norm(wb_tensor *const *parameters, int32_t count, double max_norm, wb_tensor *norm);

/* Brings each element of each gradient between -limit and limit (0 at least). */
wb_status wb_clip_grad_value(wb_tensor *const *parameters, int32_t count, double limit);

/* ------------------------------------------------------------------ optimisers
 * Parameters: float leaves, each once; those that require no gradient are left alone until they do. Settings are finite
 * and not negative, betas below 1. WB_ERROR_ARGUMENT otherwise. The optimiser retains its parameters. */

/* The optimiser that an expression spells, over one group of parameters: "SGD(lr=0.1, momentum=0.9)",
 * "AdamW(lr=1e-3, betas=(0.9, 0.95))". Arguments and defaults are PyTorch's. WB_ERROR_ARGUMENT with the column, and
 * with what would have fitted. */
wb_status wb_optimizer_create(const char *expression, wb_tensor *const *parameters, int32_t count,
                              wb_optimizer **optimizer);

/* Adds a group of parameters with settings of its own: "lr=0.01, weight_decay=0"; what is not said is as in the
 * constructor's call. settings may be NULL. */
wb_status wb_optimizer_add_group(wb_optimizer *optimizer, wb_tensor *const *parameters, int32_t count,
                                 const char *settings);

/* How many groups there are, and how many parameters a group has. Parameters count through all groups, in order. */
wb_status wb_optimizer_group_count(const wb_optimizer *optimizer, int32_t *count);
wb_status wb_optimizer_group_size(const wb_optimizer *optimizer, int32_t group, int32_t *count);

wb_status wb_optimizer_free(wb_optimizer *optimizer);

/* Updates all parameters from their collected gradients, in place. */
wb_status wb_optimizer_step(wb_optimizer *optimizer);

/* Computes the loss and its gradients anew: it removes the gradients of before, records the loss, calls wb_backward,
 * and writes the loss's handle, which is the library's from then on. It runs without the library's lock. A status
 * other than WB_OK ends the step with it. */
typedef wb_status (*wb_closure_callback)(void *context, wb_tensor **loss);

/* A step that asks for the loss, as often as the optimiser needs it: once, or, with "LBFGS(...)", as often as its line
 * search wants. loss: the first value; may be NULL. With LBFGS it is the only way to step, and not inside a capture
 * block, since what it does depends on values. If a step of LBFGS fails, parameters are as the last call of the
 * closure found them. */
wb_status wb_optimizer_step_closure(wb_optimizer *optimizer, wb_closure_callback closure, void *context, double *loss);

/* Removes the collected gradients of its parameters. */
wb_status wb_optimizer_zero_grad(wb_optimizer *optimizer);

/* A setting of a group (-1 in the two that set: of all groups) by its argument's name: "lr", "momentum",
 * "weight_decay", ...; as a number (a flag is 1 or 0), or as a text that Python would write, such as "(0.9, 0.95)"
 * for betas. Captured programs see a change of a number. Where it makes another kind of step, as a flag such as
 * nesterov does, they are not current any more. The numbers that schedules keep with a group are among them:
 * initial_lr, max_lr, min_lr, base_momentum, max_momentum, swa_lr. WB_ERROR_ARGUMENT for an unknown name or a value
 * out of range, WB_ERROR_INDEX for a group that is not there. */
wb_status wb_optimizer_set(wb_optimizer *optimizer, int32_t group, const char *name, double value);
wb_status wb_optimizer_get(const wb_optimizer *optimizer, int32_t group, const char *name, double *value);
wb_status wb_optimizer_set_text(wb_optimizer *optimizer, int32_t group, const char *name, const char *text);
wb_status wb_optimizer_get_text(const wb_optimizer *optimizer, int32_t group, const char *name, const char **text);

/* All settings of a group, with what schedules keep there, as one text: "lr=0.1, momentum=0.9, ..."; and several of
 * them set at once, all or nothing. The text is valid as in wb_module_parameter. */
wb_status wb_optimizer_get_settings(const wb_optimizer *optimizer, int32_t group, const char **settings);
wb_status wb_optimizer_set_settings(wb_optimizer *optimizer, int32_t group, const char *settings);

/* "SGD", "Adam" or another name of the registry. Static. */
wb_status wb_optimizer_class_name(const wb_optimizer *optimizer, const char **name);

/* State tensors, for inspection and for state_dict: name like "3.exp_avg" (index of the parameter, state). The
 * handles share memory with the optimiser: wb_tensor_assign to one changes the state. A count, such as "3.step", may be
 * one tensor for several parameters, which have taken the same steps. */
wb_status wb_optimizer_state_count(const wb_optimizer *optimizer, int32_t *count);
wb_status wb_optimizer_state(const wb_optimizer *optimizer, int32_t index, const char **name, wb_tensor **state);

/* Replaces the whole state, also of an optimiser that has not stepped yet, by copies of states with names as above;
 * what is not given begins anew. All or nothing: a name or shape that does not fit gives WB_ERROR_STRUCTURE, and
 * nothing has changed. */
wb_status wb_optimizer_load_state(wb_optimizer *optimizer, const char *const *names, wb_tensor *const *states,
                                  int32_t count);

/* ------------------------------------------------------------------ schedules
 * A schedule sets the learning rates of an optimiser's groups, step by step: PyTorch's learning-rate schedulers, listed
 * in docs/layers.md. It retains its optimiser. Checkpoints of the optimiser (wb_save, wb_trainer_save) have the state
 * of the schedules that it has then, and loading one gives it back to as many schedules of the same kinds. A schedule
 * steps outside of capture blocks (WB_ERROR_STATE); captured programs see the rates. */

/* The schedule that an expression spells. Making it sets the first rates.
 *
 *     StepLR(30, gamma=0.5)
 *     OneCycleLR(max_lr=0.01, total_steps=1000)
 *     SequentialLR([LinearLR(total_iters=5), CosineAnnealingLR(95)], milestones=[5])
 *
 * What may differ from group to group is a tuple with a number for each. WB_ERROR_ARGUMENT with the column, and with
 * what would have fitted. */
wb_status wb_schedule_create(const char *expression, wb_optimizer *optimizer, wb_schedule **schedule);

/* A number for a group (from 0) and an epoch, written to *factor. It runs without the library's lock. A status other
 * than WB_OK ends the call outside with it. */
typedef wb_status (*wb_factor_callback)(void *context, int32_t group, int64_t epoch, double *factor);

/* The same of kinds that take a function: "LambdaLR()", "MultiplicativeLR()", "CyclicLR(0.1, 0.5)" with the function as
 * its scale_fn (which gets group 0). release(context) is called once, when the schedule goes (release may be NULL);
 * not if this call fails. */
wb_status wb_schedule_create_function(const char *expression, wb_optimizer *optimizer, wb_factor_callback factor,
                                      wb_release_callback release, void *context, wb_schedule **schedule);

/* The same of kinds that are made of others: "SequentialLR(milestones=[5])", "ChainedScheduler()" over schedules of the
 * same optimiser, which it retains, and steps from then on. */
wb_status wb_schedule_create_composed(const char *expression, wb_optimizer *optimizer, wb_schedule *const *parts,
                                      int32_t count, wb_schedule **schedule);

wb_status wb_schedule_free(wb_schedule *schedule);

/* The rates of the next epoch (or batch, as the caller counts). WB_ERROR_ARGUMENT for ReduceLROnPlateau, which takes a
 * metric. If it fails, nothing has changed. */
wb_status wb_schedule_step(wb_schedule *schedule);

/* The rates of an epoch, from 0; fractions only for CosineAnnealingWarmRestarts. */
wb_status wb_schedule_step_to(wb_schedule *schedule, double epoch);

/* A step of ReduceLROnPlateau. WB_ERROR_UNSUPPORTED for other kinds. */
wb_status wb_schedule_step_metric(wb_schedule *schedule, double metric);

/* "StepLR" or another name of the registry. Static. */
wb_status wb_schedule_class_name(const wb_schedule *schedule, const char **name);

/* A value by its name in PyTorch's state_dict, as a number, or as a text that Python would write: an argument,
 * "last_epoch", "_last_lr" (the rates after the last step, "(0.1, 0.01)"), "base_lrs", and what the kind remembers,
 * such as "best" or "T_cur". The text is valid as in wb_module_parameter. WB_ERROR_ARGUMENT for an unknown name, or
 * for what is no number. */
wb_status wb_schedule_get(const wb_schedule *schedule, const char *name, double *value);
wb_status wb_schedule_get_text(const wb_schedule *schedule, const char *name, const char **text);

/* All values as one text, "step_size=30, gamma=0.1, ..., last_epoch=3", without those of its parts; and taking over
 * such a text, or some of its values. Rates of the optimiser stay as they are. All or nothing: WB_ERROR_STRUCTURE for a
 * value that does not fit. */
wb_status wb_schedule_state(const wb_schedule *schedule, const char **state);
wb_status wb_schedule_load_state(wb_schedule *schedule, const char *state);

/* ------------------------------------------------------------------ data sets
 * A data set gives rows along the first axis: pairs (x, y), or of several columns, inputs first, then targets, then a
 * weight of each row. docs/data-sets.md tells more. */

/* Opens two data sets of one HDF5 file by name, e.g. "train/images" and "train/labels", any numeric type and rank.
 * y_name may be NULL: then there is no y. x becomes x_dtype, multiplied by scale (finite; 1 for none); with flatten
 * 1 all axes after the first become one. y keeps its values: integers become int64, floats x_dtype. Small data sets
 * are kept in memory, read as their rows are first asked for; of larger ones only what a pass is in the middle of. A
 * pass (wb_batches, wb_trainer_fit, wb_evaluate) has one thread of its own that reads ahead, a few MB of batches at
 * a time, besides the threads of wb_set_num_threads, which help it to decompress when they have nothing else to do.
 * It ends with the pass. A chunk that cannot be read (WB_ERROR_FORMAT) is the failure of the batch that needs it;
 * the batches before come first. A forked child may go on with a pass, and so may its parent. */
wb_status wb_dataset_open(const char *path, const char *x_name, const char *y_name, wb_dtype x_dtype, double scale,
                          int32_t flatten, wb_dataset **dataset);

/* A data set of tensors with equal first extents; y may be NULL. */
wb_status wb_dataset_from_tensors(const wb_tensor *x, const wb_tensor *y, wb_dataset **dataset);

/* The rows of several files, one file after the other, and of several data sets in each, beside each other: `inputs`
 * names (from 1), then `targets` (from 0), then with has_weight 1 the name of one number for each row. Inputs become
 * x_dtype, multiplied by scale, flattened with flatten 1; targets keep their values as y of wb_dataset_open. A path may
 * be a folder of parts (wb_writer_open), here and in wb_dataset_open. WB_ERROR_SHAPE where rows are not as many. */
wb_status wb_dataset_open_columns(const char *const *paths, int32_t path_count, const char *const *names,
                                  int32_t inputs, int32_t targets, int32_t has_weight, wb_dtype x_dtype, double scale,
                                  int32_t flatten, wb_dataset **dataset);

/* The same of tensors with equal first extents, inputs + targets + (1 with has_weight) of them. */
wb_status wb_dataset_from_columns(wb_tensor *const *columns, int32_t inputs, int32_t targets, int32_t has_weight,
                                  wb_dataset **dataset);

wb_status wb_dataset_free(wb_dataset *dataset);

/* How many columns there are of each kind. Any pointer may be NULL. */
wb_status wb_dataset_columns(const wb_dataset *dataset, int32_t *inputs, int32_t *targets, int32_t *has_weight);

/* dtype, rank and extents of a row of a column, without the first axis. capacity: room in shape. */
wb_status wb_dataset_column(const wb_dataset *dataset, int32_t column, wb_dtype *dtype, int32_t *rank, int32_t capacity,
                            int64_t *shape);

/* Rows start ..< start + count of all columns as new tensors. */
wb_status wb_dataset_read_columns(const wb_dataset *dataset, int64_t start, int64_t count, wb_tensor **columns,
                                  int32_t capacity, int32_t *column_count);

/* ---- data sets that are made of others. They hold on to them, and read nothing until rows are asked for. */

/* The rows of several with the same columns, one after the other. */
wb_status wb_dataset_join(wb_dataset *const *datasets, int32_t count, wb_dataset **joined);

/* count rows: first, first + step, ... (step from 1). */
wb_status wb_dataset_range(const wb_dataset *dataset, int64_t first, int64_t count, int64_t step, wb_dataset **range);

/* The rows whose numbers are in a tensor of whole numbers with one axis, in its order. */
wb_status wb_dataset_pick(const wb_dataset *dataset, const wb_tensor *rows, wb_dataset **picked);

typedef enum wb_row_split {
    WB_ROW_SPLIT_RANDOM = 0, /* rows drawn from the seed; each part keeps the order of the data set */
    WB_ROW_SPLIT_TIME = 1,   /* the first rows, and the rest */
    WB_ROW_SPLIT_GROUPS = 2  /* all rows of a group are in one part; groups are drawn from the seed */
} wb_row_split;

/* Two parts: the first has `fraction` (0 to 1) of the rows, rounded; by groups, as near as groups allow. groups: a
 * whole number for each row, else NULL. */
wb_status wb_dataset_split(const wb_dataset *dataset, double fraction, wb_row_split kind, uint64_t seed,
                           const wb_tensor *groups, wb_dataset **first, wb_dataset **second);

/* The share of one of `ranks` processes: count / ranks neighbouring rows for each; what is left is nobody's. */
wb_status wb_dataset_shard(const wb_dataset *dataset, int64_t rank, int64_t ranks, wb_dataset **share);

/* Windows over a time series whose rows are its moments. Window i has the inputs of `length` rows from row stride i on,
 * [length, ...], and the targets of `horizon` rows, [horizon, ...], or with horizon 0 of one, without an axis for it.
 * The first of these is `offset` rows behind the window's last: 1 is the next moment, 0 the same. Without targets the
 * inputs of those rows are the targets. The weight is that of the window's last row. */
wb_status wb_dataset_windows(const wb_dataset *dataset, int64_t length, int64_t stride, int64_t horizon, int64_t offset,
                             wb_dataset **windows);

/* Transforms each row of a column as it is read: "Scale(0.00392), RandomCrop(28, padding=4), RandomFlip()". There are
 * Cast, Scale, Standardize, OneHot, CenterCrop, RandomCrop, Flip, RandomFlip, Columns and Flatten (docs/data-sets.md).
 * What is random depends on the seed and epoch of the pass and on the row alone. */
wb_status wb_dataset_transform(const wb_dataset *dataset, int32_t column, const char *transforms,
                               wb_dataset **transformed);

/* Takes up parts that have been added to a folder since (also of windows and transforms of it), and gives the number of
 * rows. wb_batches_create and each epoch of wb_trainer_fit begin with it. count may be NULL. */
wb_status wb_dataset_refresh(const wb_dataset *dataset, int64_t *count);

/* Mean and standard deviation (divided by the count) of a column, float64, and how many elements were counted, int64,
 * in one pass with flat memory. axis: the axis of a row that features are along, averaged over the others, which have
 * extent 1; NULL: each element of a row is a feature. NaN is not counted, nor is *fill, unless fill is NULL. 0 where
 * nothing was counted. Results may be NULL, but not all. */
wb_status wb_dataset_statistics(const wb_dataset *dataset, int32_t column, const int32_t *axis, const double *fill,
                                wb_tensor **mean, wb_tensor **std, wb_tensor **counts);

/* Sets mean and std of a layer "Standardize(shape)" by that; 1 for a std of 0. So the model that has the layer is saved
 * with them, and takes raw units wherever it is loaded. */
wb_status wb_module_adapt(wb_module *standardize, const wb_dataset *dataset, int32_t column, const int32_t *axis,
                          const double *fill);

/* Number of rows. */
wb_status wb_dataset_count(const wb_dataset *dataset, int64_t *count);

/* Rank and extents of one row of x (of y if which is 1), without the first axis. capacity: room in shape. */
wb_status wb_dataset_row_shape(const wb_dataset *dataset, int32_t which, int32_t *rank, int32_t capacity,
                               int64_t *shape);

/* Rows start ..< start + count as new tensors; y may be NULL, and *y is NULL where there is no y. */
wb_status wb_dataset_read(const wb_dataset *dataset, int64_t start, int64_t count, wb_tensor **x, wb_tensor **y);

/* Bytes that one data set may keep decoded in memory (default 1 GiB); larger files are streamed. A pass by chunks
 * over such a file keeps two windows of at most 128 MiB, or one chunk, each, however small the cache is. Applies to
 * data sets opened later. */
wb_status wb_set_dataset_cache(int64_t bytes);

typedef enum wb_shuffle {
    WB_SHUFFLE_NONE = 0,
    WB_SHUFFLE_EXACT = 1, /* a random permutation of all rows */
    /* runs of neighbouring rows (a stored chunk's) in random order, their rows shuffled inside windows of 64
     * runs, or fewer where those have more than 128 MiB: each chunk is read and decompressed once a pass, which
     * is fast on files larger than memory */
    WB_SHUFFLE_CHUNKS = 2,
    WB_SHUFFLE_AUTO = 3 /* exact if the data set is kept in memory, else by chunks */
} wb_shuffle;

/* One pass over the data set in batches of batch_size rows, from 1 (the last may be smaller; dropped with drop_last
 * 1). epoch from 0: the order depends on seed and epoch alone. epoch -1: seed is not looked at, and a shuffled order
 * is drawn from the default generator (wb_manual_seed), another one at each call; not inside a capture block. */
wb_status wb_batches_create(const wb_dataset *dataset, int64_t batch_size, wb_shuffle shuffle, uint64_t seed,
                            int64_t epoch, int32_t drop_last, wb_batches **batches);

/* The next batch as new tensors; *x is NULL after the last. y may be NULL. If it fails, the next call tries the same
 * batch again. */
wb_status wb_batches_next(wb_batches *batches, wb_tensor **x, wb_tensor **y);

/* The same with all columns; *column_count is 0 after the last. */
wb_status wb_batches_next_columns(wb_batches *batches, wb_tensor **columns, int32_t capacity, int32_t *column_count);

/* How many batches have been handed out, and how many there are. A pass with the same seed and epoch that seeks there
 * goes on with the same rows. */
wb_status wb_batches_position(const wb_batches *batches, int64_t *position, int64_t *count);
wb_status wb_batches_seek(wb_batches *batches, int64_t position);

wb_status wb_batches_free(wb_batches *batches);

/* ---- writing rows. With part_rows 0 `path` is one HDF5 file, which is there, whole, when wb_writer_finish returns;
 * a writer that is freed before leaves nothing. Else `path` is a folder of parts, files of part_rows rows each. Each
 * part is there as soon as it is whole, so others may read the folder meanwhile (wb_dataset_open), and a program that
 * was killed goes on behind the last part when it opens the folder again (wb_writer_count). One writer at a time. */
wb_status wb_writer_open(const char *path, int64_t part_rows, wb_writer **writer);

/* Appends to data sets that a file has. Columns are those data sets by their names, equally long, stored in chunks,
 * with a first axis of any length (WB_ERROR_ARGUMENT, WB_ERROR_SHAPE where not), of a type that holds the numbers of
 * the column's dtype; whole numbers that do not fit are WB_ERROR_ARGUMENT as they come. The first row makes a copy of
 * the file, which is put in the file's place, whole, by wb_writer_finish; a writer that is freed before changes
 * nothing. */
wb_status wb_writer_append_to(const char *path, wb_writer **writer);

wb_status wb_writer_free(wb_writer *writer);

/* Adds a column, before the first row: a data set of that name (groups by "/"), dtype and extents of a row. */
wb_status wb_writer_add(wb_writer *writer, const char *name, wb_dtype dtype, int32_t rank, const int64_t *shape);

/* Appends rows: for each column a pointer to rows x the column's extents, dense and row-major; or a tensor. */
wb_status wb_writer_append(wb_writer *writer, const void *const *data, int64_t rows);
wb_status wb_writer_append_tensors(wb_writer *writer, wb_tensor *const *columns, int32_t count);

/* Rows so far, in a folder with those of earlier writers. */
wb_status wb_writer_count(const wb_writer *writer, int64_t *count);

/* Makes a part of what is not in one yet. */
wb_status wb_writer_flush(wb_writer *writer);
wb_status wb_writer_finish(wb_writer *writer);

/* Writes a model's outputs for all rows to the data set `name`, batch after batch, in evaluation mode and with flat
 * memory. path and part_rows as in wb_writer_open: a folder that has predictions already is gone on with behind them,
 * and *begun is the first row that was computed. begun may be NULL. */
wb_status wb_predict_to_file(wb_module *model, const wb_dataset *dataset, int64_t batch_size, const char *path,
                             const char *name, int64_t part_rows, int64_t *begun);

/* ------------------------------------------------------------------ training */

/* A trainer ties a model, a loss and an optimiser, and remembers how far training has come. loss: a module of a
 * prediction and a target that gives one number for a batch, such as "CrossEntropyLoss()" or one of the host's. Where
 * the data set has several targets it gets all outputs of the model, then all targets; so do metrics. */
wb_status wb_trainer_create(wb_module *model, wb_module *loss, wb_optimizer *optimizer, wb_trainer **trainer);

/* Adds a metric, measured beside the loss in training and validation: a module of a prediction and a target that
 * gives one number for a batch, its mean, or one for each row. Any name but a metric's that is there
 * (WB_ERROR_ARGUMENT). */
wb_status wb_trainer_add_metric(wb_trainer *trainer, const char *name, wb_module *metric);
wb_status wb_trainer_free(wb_trainer *trainer);

typedef enum wb_schedule_when {
    WB_SCHEDULE_EACH_EPOCH = 0, /* at the end of each epoch, after the validation */
    WB_SCHEDULE_EACH_STEP = 1   /* after each step of the optimiser */
} wb_schedule_when;

/* Has wb_trainer_fit step a schedule of the trainer's optimiser; NULL for none. ReduceLROnPlateau, which takes a metric
 * and so steps each epoch, gets the validation loss, or without validation data the training loss. */
wb_status wb_trainer_set_schedule(wb_trainer *trainer, wb_schedule *schedule, wb_schedule_when when);

typedef enum wb_trainer_option {
    WB_TRAINER_EPOCHS = 0,     /* train until this many epochs are done in all; default 1 */
    WB_TRAINER_BATCH_SIZE = 1, /* default 32 */
    WB_TRAINER_SHUFFLE = 2, /* a wb_shuffle; default WB_SHUFFLE_AUTO. What it comes to when training begins is part of
                                 * the trainer's position, so that a loaded trainer goes on in the same order */
    WB_TRAINER_SEED = 3,    /* of the shuffles; default 0 */
    /* stop after this many epochs in a row without a lower validation loss; 0 (default): never */
    WB_TRAINER_PATIENCE = 4,
    WB_TRAINER_MIN_DELTA = 5, /* what counts as lower; default 0 */
    /* 1: a loss that is not finite ends wb_trainer_fit with WB_ERROR_NOT_FINITE before the update; default 0 */
    WB_TRAINER_CHECK_FINITE = 6,
    WB_TRAINER_REPORT_EVERY = 7, /* call back every so many steps; default 1 */
    /* return after this many more steps, in the middle of an epoch if need be; 0 (default): no limit */
    WB_TRAINER_MAX_STEPS = 8,
    /* 1: end with the parameters of the lowest validation loss, however training ends; default 0 */
    WB_TRAINER_RESTORE_BEST = 9,
    WB_TRAINER_DROP_LAST = 10 /* 1: drop the last incomplete batch; default 0 */
} wb_trainer_option;

/* Options are whole numbers, except min_delta; WB_ERROR_ARGUMENT for one out of range. */
wb_status wb_trainer_set(wb_trainer *trainer, wb_trainer_option option, double value);
wb_status wb_trainer_get(const wb_trainer *trainer, wb_trainer_option option, double *value);

/* The same for options that are counts, or a seed, exactly: all but min_delta and those that are 0 or 1. */
wb_status wb_trainer_set_int64(wb_trainer *trainer, wb_trainer_option option, int64_t value);
wb_status wb_trainer_get_int64(const wb_trainer *trainer, wb_trainer_option option, int64_t *value);

/* Validation data, evaluated after every epoch; NULL for none. */
wb_status wb_trainer_set_validation(wb_trainer *trainer, const wb_dataset *dataset);

typedef struct wb_progress {
    int64_t epoch;  /* the current epoch, from 0 */
    int64_t epochs; /* epochs asked for */
    int64_t step;   /* steps done in this epoch */
    int64_t steps_per_epoch;
    int64_t total_steps; /* steps done in all */
    double loss;         /* mean training loss of this epoch so far */
    double accuracy;     /* share of right classes in this epoch so far; NaN where the loss has no classes */
    /* of the last epoch that ended, an earlier wb_trainer_fit's too; NaN before the first, or with no such data */
    double validation_loss;
    double validation_accuracy;
    double seconds;                   /* since wb_trainer_fit began */
    int32_t epoch_ended;              /* 1 in the last report of an epoch */
    int32_t improved;                 /* 1 if epoch_ended and the validation loss is the lowest so far */
    int32_t metric_count;             /* metrics that were added to the trainer */
    const double *metrics;            /* [metric_count], means over this epoch so far; live during the call */
    const double *validation_metrics; /* [metric_count], as validation_loss */
} wb_progress;

/* Called on the training thread; progress lives during the call. It may call the library, but not train the same
 * trainer (WB_ERROR_STATE). A result other than 0 ends training after this step. What it leaves open or switched of
 * the thread's state is as before (wb_block_begin); so with every callback. WB_ERROR_INTERRUPTED ends the call with
 * that status. */
typedef int32_t (*wb_progress_callback)(void *context, const wb_progress *progress);

typedef enum wb_stop_reason {
    WB_STOP_EPOCHS = 0,   /* all epochs done */
    WB_STOP_PATIENCE = 1, /* early stopping */
    WB_STOP_CALLBACK = 2, /* the callback asked for it */
    WB_STOP_STEPS = 3     /* WB_TRAINER_MAX_STEPS */
} wb_stop_reason;

/* Trains the model on `dataset` until a stopping condition. callback may be NULL; reason may be NULL. A trainer that
 * stopped in the middle of an epoch, or was loaded from a checkpoint, goes on from there. If it fails, the steps
 * done before stay done, and wb_trainer_position tells how many. */
wb_status wb_trainer_fit(wb_trainer *trainer, const wb_dataset *dataset, wb_progress_callback callback, void *context,
                         wb_stop_reason *reason);

/* What was reported at the end of each epoch, also before the trainer was saved and loaded. index: from 0. metrics,
 * validation_metrics: room for as many numbers as there are metrics, to which progress then points; may be NULL. NaN
 * for a metric that was added later. */
wb_status wb_trainer_history_count(const wb_trainer *trainer, int64_t *count);
wb_status wb_trainer_history(const wb_trainer *trainer, int64_t index, wb_progress *progress, double *metrics,
                             double *validation_metrics);

/* How far training has come, with the order of data and the history, as a text; and parameters and buffers at the
 * lowest validation loss, by dotted path. For a host that keeps a trainer elsewhere than in a checkpoint; model and
 * optimiser are kept apart. Texts as in wb_module_parameter. */
wb_status wb_trainer_state(const wb_trainer *trainer, const char **state);
wb_status wb_trainer_best_count(const wb_trainer *trainer, int32_t *count);
wb_status wb_trainer_best(const wb_trainer *trainer, int32_t index, const char **name, wb_tensor **best);

/* Takes over what these have said of a trainer with the same loss. All or nothing. */
wb_status wb_trainer_load_state(wb_trainer *trainer, const char *state, const char *const *names,
                                wb_tensor *const *best, int32_t count);

/* Epochs done, steps done inside the current epoch, and steps done in all. Any pointer may be NULL. */
wb_status wb_trainer_position(const wb_trainer *trainer, int64_t *epoch, int64_t *step, int64_t *total_steps);

/* Mean loss, accuracy (NaN where the loss has no classes) and metrics of a model over a data set, in evaluation
 * mode. loss and metrics: as of a trainer; metrics may be NULL with a count of 0. metric_values: room for
 * metric_count numbers. Results may be NULL. */
wb_status wb_evaluate(wb_module *model, wb_module *loss, wb_module *const *metrics, int32_t metric_count,
                      const wb_dataset *dataset, int64_t batch_size, double *mean_loss, double *accuracy,
                      double *metric_values);

/* ------------------------------------------------------------------ checkpoints
 * HDF5, written to a temporary file, flushed and renamed: a crash or a full disk leaves the old file whole, and the
 * next save in its folder removes the temporary file of a process that was killed. Paths are bytes, here and in
 * wb_dataset_open. Only regular files are read and replaced. A file that a program has open for writing gives
 * WB_ERROR_FILE ("is locked"). Layout: docs/checkpoint-format.md. */

/* Saves structure, parameters, buffers, random state; optimiser state unless optimizer is NULL. epoch and step are
 * the caller's own counts. */
wb_status wb_save(const char *path, const wb_module *model, const wb_optimizer *optimizer, int64_t epoch, int64_t step);

/* Saves model, optimiser, random state and the trainer's position. */
wb_status wb_trainer_save(const wb_trainer *trainer, const char *path);

/* Builds the model that a checkpoint describes. WB_ERROR_UNSUPPORTED, naming the class, for a module with code of
 * the host's (use wb_load_into or wb_load_with). */
wb_status wb_load(const char *path, wb_module **model);

/* The same, also for a model with code of the host's, if its classes are among `classes` ("*": any). Such a module
 * (wb_module_has_host) is there with what is in it and its note, and is to be given its forward pass
 * (wb_module_set_forward); until then calling it is WB_ERROR_UNSUPPORTED. */
wb_status wb_load_with(const char *path, const char *const *classes, int32_t count, wb_module **model);

/* Loads parameters and buffers into a model of the same structure, optimiser state unless optimizer is NULL, and the
 * random state if restore_random is 1. All or nothing: on any error nothing has changed. epoch and step may be NULL. */
wb_status wb_load_into(const char *path, wb_module *model, wb_optimizer *optimizer, int32_t restore_random,
                       int64_t *epoch, int64_t *step);

/* Loads model, optimiser, random state and position, so that wb_trainer_fit goes on bit for bit. All or nothing. */
wb_status wb_trainer_load(wb_trainer *trainer, const char *path);

/* ---- checkpoints that look after themselves: a folder of "checkpoint-NUMBER.h5", of which the `keep` newest stay
 * (from 1), and the best. best: what that is judged by, such as "validation_loss" or a trainer's metric, NULL for none;
 * each file says it (attributes monitor, monitor_value), so the folder may be opened again. largest_is_best 1: the
 * largest value, else the lowest. in_background 1: a thread writes the files while the caller goes on; what it writes
 * are the values of the moment of the call, the same bytes as without it. Makes the folder where it is not there. */
wb_status wb_checkpoints_open(const char *folder, int32_t keep, const char *best, int32_t largest_is_best,
                              int32_t in_background, wb_checkpoints **checkpoints);

/* Waits for the file that is being written. */
wb_status wb_checkpoints_free(wb_checkpoints *checkpoints);

/* Saves as wb_save does, under the number `step`, from 0. value: what the best is judged by; NaN where it is not known.
 * Waits for the save before, if that is still being written, and returns its failure; nothing is saved then. */
wb_status wb_checkpoints_save(wb_checkpoints *checkpoints, const wb_module *model, const wb_optimizer *optimizer,
                              int64_t epoch, int64_t step, double value);

/* Saves as wb_trainer_save does, under the number of steps done in all. */
wb_status wb_checkpoints_save_trainer(wb_checkpoints *checkpoints, const wb_trainer *trainer, double value);

/* Waits for the file that is being written, and returns why it could not be. The files before are still there then. */
wb_status wb_checkpoints_wait(wb_checkpoints *checkpoints);

/* How many files there are, and their paths, the oldest first; texts as in wb_module_parameter. Waits first. */
wb_status wb_checkpoints_count(wb_checkpoints *checkpoints, int32_t *count);
wb_status wb_checkpoints_path(wb_checkpoints *checkpoints, int32_t index, const char **path);

/* The best file; *path is NULL where none was judged. */
wb_status wb_checkpoints_best(wb_checkpoints *checkpoints, const char **path);

/* Loads the newest file that is whole, as wb_load_into and wb_trainer_load do; one that is cut, damaged or of a newer
 * version is passed over (a line to wb_set_log_callback says so). *path is the file, NULL where there is none: then
 * nothing has happened, and WB_OK. A file of another model is WB_ERROR_STRUCTURE. Pointers to results may be NULL. */
wb_status wb_checkpoints_load_into(wb_checkpoints *checkpoints, wb_module *model, wb_optimizer *optimizer,
                                   int32_t restore_random, int64_t *epoch, int64_t *step, const char **path);
wb_status wb_checkpoints_resume(wb_checkpoints *checkpoints, wb_trainer *trainer, const char **path);

/* Has wb_trainer_fit save at the end of each epoch, and inside of epochs after each every_steps steps, counted in all
 * (0: not inside). Only what is saved at the end of an epoch is judged. wb_trainer_fit returns when the last file is
 * there; a file that cannot be written ends it. NULL for none. */
wb_status wb_trainer_set_checkpoints(wb_trainer *trainer, wb_checkpoints *checkpoints, int64_t every_steps);

/* ------------------------------------------------------------------ files of Keras
 * Models and weights that Keras 1, 2 and 3 wrote (docs/keras-files.md): whole models and weights in HDF5,
 * `.weights.h5`, `.keras` archives. What a file is, is found from its contents. wb_load reads them too. Models come in
 * evaluation mode. No code in a file is ever run: a layer that is not Keras' own, or a Lambda, is WB_ERROR_UNSUPPORTED
 * with its name and class, unless the caller gives a module in its place. */

/* The module that a config of Keras describes (model.to_json(), config.json of an archive), with new weights: a
 * Sequential, or a Graph. names, modules: layers that are there already, by the names that the config gives them; both
 * may be NULL with a count of 0. Layers that were given are called, on tensors that are not computed. */
wb_status wb_module_from_config(const char *config, const char *const *names, wb_module *const *modules, int32_t count,
                                wb_dtype dtype, wb_module **module);

/* The model in a file of Keras. config: the architecture as JSON for a file of weights; NULL: that of the file, or of
 * NAME.arch.json beside it. names, modules: as above. */
wb_status wb_keras_load(const char *path, const char *config, const char *const *names, wb_module *const *modules,
                        int32_t count, wb_module **module);

/* Weights of any of these files into a module that is there, by their order. All or nothing. */
wb_status wb_keras_load_weights(const char *path, wb_module *module);

/* The architecture in a file of Keras, or beside it, as JSON; NULL where there is none. The text is valid as in
 * wb_module_parameter. */
wb_status wb_keras_config(const char *path, const char **config);

/* What a file of Keras says of the training of its model: the config that compile was called with, as JSON (loss,
 * metrics, optimiser), and the optimiser over the parameters of a module that was loaded from the file, with its state,
 * so that training goes on. NULL for what the file has not; either pointer may be NULL. A learning rate that follows a
 * schedule stands in the config; the optimiser has the rate that it begins with. */
wb_status wb_keras_training(const char *path, const wb_module *module, const char **training, wb_optimizer **optimizer);

/* Writes a model as Keras 3 does: format is "keras" (an archive), "h5" (a whole model in HDF5), "keras2" (the same in
 * the words of Keras 2, for tf_keras) or "weights" (.weights.h5). The model is a Sequential or Graph of keras layers,
 * or a Sequential of layers that have an equal among them; WB_ERROR_UNSUPPORTED names the layer that has none.
 * input_shape: "(28, 28, 1)", without the batch, or a tuple of such for several inputs, where the layers do not know
 * it; NULL else. training: the config that Keras' compile gets, as JSON, or NULL. optimizer: one of Keras' kinds, whose
 * state is written, or NULL. Whole or not at all. */
wb_status wb_keras_save(const char *path, const wb_module *module, const char *format, const char *input_shape,
                        const char *training, const wb_optimizer *optimizer);

/* Writes a model that computes in the host's language: at each path, "encoder/blocks/dense_1", the variables of a
 * module: all in a layer of Keras' kinds, what is its own of a model or a module with the host's code. The first path
 * is "", the model's. config: that of the model, as JSON, for an archive; NULL: weights alone. optimizer: as above, or
 * NULL. Whole or not at all. */
wb_status wb_keras_save_objects(const char *path, const char *const *paths, wb_module *const *modules, int32_t count,
                                const char *config, const wb_optimizer *optimizer);

/* Weights of an archive or of .weights.h5 into such modules, all or nothing. A module that stands at several paths
 * takes what is at the first of them that the file has. */
wb_status wb_keras_load_objects(const char *path, const char *const *paths, wb_module *const *modules, int32_t count);

/* The config of such a model, as JSON: what wb_module_from_config takes. The text is valid as in
 * wb_module_parameter. */
wb_status wb_module_config(const wb_module *module, const char *input_shape, const char **config);

/* ------------------------------------------------------------------ files of others
 * HDF5 as anybody writes it (docs/hdf5.md), read without libhdf5: a damaged or hostile file is an error. What is read
 * is a tree of values. A value belongs to the caller, and so does each that comes out of another. */

typedef enum wb_value_kind {
    WB_VALUE_NONE,    /* a place without a value */
    WB_VALUE_TEXT,    /* wb_value_text */
    WB_VALUE_ARRAY,   /* numbers: wb_value_array, wb_value_tensor */
    WB_VALUE_TEXTS,   /* an array of texts: wb_value_item gives each */
    WB_VALUE_LIST,    /* an array of values of any kind, as MATLAB's cells: wb_value_item */
    WB_VALUE_RECORDS, /* an array of records, by columns: wb_value_item, wb_value_key */
    WB_VALUE_MAP,     /* a group or struct: wb_value_item, wb_value_key, wb_value_attributes */
    WB_VALUE_UNREAD   /* is there, and cannot be read: wb_value_text says why */
} wb_value_kind;

/* How a file is read; these may be added. */
typedef enum wb_read_option {
    WB_READ_PLAIN = 0,
    WB_READ_RAW = 1,    /* as the file has it, whoever wrote it */
    WB_READ_TURNED = 2, /* MATLAB's arrays in MATLAB's order of axes; else in the file's, which is the reverse */
    WB_READ_SCALED = 4  /* fill values become NaN, then scale_factor and add_offset are applied (netCDF) */
} wb_read_option;

/* What is at a path inside of the file; NULL or "" for all of it. limit: bytes that the values may take together, 0
 * for 1 GiB and 16 times the file's size; more is WB_ERROR_MEMORY. In a whole file, what is sound and not read is a
 * value of its own (WB_VALUE_UNREAD); by its name it is WB_ERROR_UNSUPPORTED, which names a filter that is missing. */
wb_status wb_h5_read(const char *path, const char *name, int32_t options, int64_t limit, wb_value **value);

/* Attributes of the object at a path, as a map. References are told as paths. */
wb_status wb_h5_attributes(const char *path, const char *name, wb_value **attributes);

/* What the file has, without its elements: a map of a map for each path, with "kind" (group, array) and of arrays
 * "type", "shape", "dimensions" (names of axes, where there are any) and "order" (where MATLAB has reversed it). */
wb_status wb_h5_contents(const char *path, wb_value **contents);

/* Writes `count` tensors by their paths as a plain HDF5 file, whole or not at all; groups are made as the paths need
 * them. Attributes: for each the path of its group or array ("" for the root), its name, and its value in Python's
 * notation: "1", "2.5", "True", "'text'", "[1, 2]", "None". May be NULL with a count of 0. */
wb_status wb_h5_write(const char *path, const char *const *names, wb_tensor *const *tensors, int32_t count,
                      const char *const *attribute_paths, const char *const *attribute_names,
                      const char *const *attribute_values, int32_t attribute_count);

wb_status wb_value_free(wb_value *value);
wb_status wb_value_kind_of(const wb_value *value, wb_value_kind *kind);

/* Items of texts, lists and maps, columns of records; 0 of others. */
wb_status wb_value_count(const wb_value *value, int64_t *count);
wb_status wb_value_item(const wb_value *value, int64_t index, wb_value **item);

/* The name of an item of a map, or of a column. Texts as in wb_module_parameter. */
wb_status wb_value_key(const wb_value *value, int64_t index, const char **key);

/* The item of that name; WB_ERROR_INDEX where there is none. */
wb_status wb_value_find(const wb_value *value, const char *key, wb_value **item);

/* Of a text, or of an item of an array of texts, or the reason why something is not read. */
wb_status wb_value_text(const wb_value *value, const char **text);

/* Attributes of a map, as a map. */
wb_status wb_value_attributes(const wb_value *value, wb_value **attributes);

/* Extents of an array of any kind. Any pointer may be NULL; at most capacity extents are written. */
wb_status wb_value_shape(const wb_value *value, int32_t *rank, int32_t capacity, int64_t *extents);

/* Numbers, row-major: their type ("bool", "int8" ... "uint64", "float16", "bfloat16", "float32", "float64",
 * "complex64", "complex128", "opaque", "datetime64[ns]"), bytes of one, and memory that is there as long as the value.
 * Any pointer may be NULL. */
wb_status wb_value_array(const wb_value *value, const char **type, int64_t *item_size, const void **data);

/* Names of the values of an enumeration, a line "name=value" each; "" for others. */
wb_status wb_value_labels(const wb_value *value, const char **labels);

/* Numbers as a tensor of the narrowest dtype that holds them all: int8, int16 and uint16 become int32, uint32 and
 * uint64 int64. WB_ERROR_DTYPE for complex numbers and what is no number. */
wb_status wb_value_tensor(const wb_value *value, wb_tensor **tensor);

/* ---- weights by name: safetensors files; HDF5 with a state_dict of PyTorch's (flat names, or groups), or a tree of
 * parameters of Flax' or JAX'. */

/* The arrays of such a file by dotted names, as a map. limit: as of wb_h5_read. */
wb_status wb_weights_read(const char *path, int64_t limit, wb_value **weights);

/* Takes over such a file's arrays, cast to the module's dtypes. All or nothing. names, targets: `count` names of the
 * file, or beginnings of names up to a dot, and what they are in the module; "": not wanted. layout: "torch": weights
 * of [out, in, ...]; "flax": kernels of [..., in, out] are turned, and kernel, scale, embedding, mean and var are
 * weight, running_mean and running_var; "auto" or NULL: the latter for names that the module does not have. strict 1:
 * WB_ERROR_STRUCTURE where a name is missing or left over. It is that in any case where a shape differs. */
wb_status wb_module_load_weights(wb_module *module, const char *path, const char *const *names,
                                 const char *const *targets, int32_t count, const char *layout, int32_t strict);

/* Writes a safetensors file of `count` tensors, whole or not at all. notes: pairs of texts for its metadata, note_count
 * of them; may be NULL. */
wb_status wb_safetensors_save(const char *path, const char *const *names, wb_tensor *const *tensors, int32_t count,
                              const char *const *notes, int32_t note_count);

#ifdef __cplusplus
}
#endif

#endif
