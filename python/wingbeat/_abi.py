"""The C ABI for ctypes: constants, types and functions of include/wingbeat.h.

Written by scripts/generate_abi.py; do not edit. A handle (wb_tensor and its like) is an int or None. An
argument that is a callback takes an instance of the callback's type or None.
"""

from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint64,
    c_void_p,
)

WB_ABI_VERSION = 2

wb_status = c_int
WB_OK = 0
WB_ERROR_ARGUMENT = 1
WB_ERROR_SHAPE = 2
WB_ERROR_DTYPE = 3
WB_ERROR_INDEX = 4
WB_ERROR_HANDLE = 5
WB_ERROR_MEMORY = 6
WB_ERROR_FILE = 7
WB_ERROR_FORMAT = 8
WB_ERROR_STRUCTURE = 9
WB_ERROR_STATE = 10
WB_ERROR_NOT_FINITE = 11
WB_ERROR_UNSUPPORTED = 12
WB_ERROR_INTERNAL = 13
WB_ERROR_INTERRUPTED = 14

wb_dtype = c_int
WB_BOOL = 0
WB_UINT8 = 1
WB_INT32 = 2
WB_INT64 = 3
WB_FLOAT32 = 4
WB_FLOAT64 = 5
WB_BFLOAT16 = 6
WB_FLOAT16 = 7

wb_run_event = c_int
WB_RUN_BEGINS = 0
WB_RUN_ASKED = 1
WB_RUN_ENDED = 2

wb_distribution = c_int
WB_DISTRIBUTION_UNIFORM = 0
WB_DISTRIBUTION_NORMAL = 1
WB_DISTRIBUTION_INTEGERS = 2
WB_DISTRIBUTION_EXPONENTIAL = 3
WB_DISTRIBUTION_GUMBEL = 4

wb_unary_op = c_int
WB_UNARY_IDENTITY = 0
WB_UNARY_NEGATIVE = 1
WB_UNARY_ABSOLUTE = 2
WB_UNARY_SIGN = 3
WB_UNARY_EXP = 4
WB_UNARY_EXPM1 = 5
WB_UNARY_LOG = 6
WB_UNARY_LOG1P = 7
WB_UNARY_SQRT = 8
WB_UNARY_RSQRT = 9
WB_UNARY_SQUARE = 10
WB_UNARY_RECIPROCAL = 11
WB_UNARY_SIN = 12
WB_UNARY_COS = 13
WB_UNARY_TANH = 14
WB_UNARY_SIGMOID = 15
WB_UNARY_RELU = 16
WB_UNARY_LEAKY_RELU = 17
WB_UNARY_GELU = 18
WB_UNARY_GELU_TANH = 19
WB_UNARY_ERF = 20
WB_UNARY_SOFTPLUS = 21
WB_UNARY_LOGICAL_NOT = 22
WB_UNARY_EXP2 = 23
WB_UNARY_LOG2 = 24
WB_UNARY_LOG10 = 25
WB_UNARY_TAN = 26
WB_UNARY_ASIN = 27
WB_UNARY_ACOS = 28
WB_UNARY_ATAN = 29
WB_UNARY_SINH = 30
WB_UNARY_COSH = 31
WB_UNARY_ASINH = 32
WB_UNARY_ACOSH = 33
WB_UNARY_ATANH = 34
WB_UNARY_FLOOR = 35
WB_UNARY_CEIL = 36
WB_UNARY_ROUND = 37
WB_UNARY_TRUNC = 38
WB_UNARY_ERFC = 39
WB_UNARY_LGAMMA = 40
WB_UNARY_DIGAMMA = 41
WB_UNARY_POLYGAMMA = 42
WB_UNARY_LOGSIGMOID = 43
WB_UNARY_RELU6 = 44
WB_UNARY_ELU = 45
WB_UNARY_SELU = 46
WB_UNARY_CELU = 47
WB_UNARY_SILU = 48
WB_UNARY_MISH = 49
WB_UNARY_SOFTSIGN = 50
WB_UNARY_HARDSIGMOID = 51
WB_UNARY_HARDSWISH = 52
WB_UNARY_ISNAN = 53
WB_UNARY_ISINF = 54
WB_UNARY_ISFINITE = 55
WB_UNARY_BITWISE_NOT = 56

wb_binary_op = c_int
WB_BINARY_ADD = 0
WB_BINARY_SUBTRACT = 1
WB_BINARY_MULTIPLY = 2
WB_BINARY_DIVIDE = 3
WB_BINARY_POWER = 4
WB_BINARY_MAXIMUM = 5
WB_BINARY_MINIMUM = 6
WB_BINARY_EQUAL = 7
WB_BINARY_NOT_EQUAL = 8
WB_BINARY_LESS = 9
WB_BINARY_LESS_EQUAL = 10
WB_BINARY_GREATER = 11
WB_BINARY_GREATER_EQUAL = 12
WB_BINARY_LOGICAL_AND = 13
WB_BINARY_LOGICAL_OR = 14
WB_BINARY_FLOOR_DIVIDE = 15
WB_BINARY_REMAINDER = 16
WB_BINARY_TRUNC_DIVIDE = 17
WB_BINARY_ATAN2 = 18
WB_BINARY_LOGICAL_XOR = 19
WB_BINARY_BITWISE_AND = 20
WB_BINARY_BITWISE_OR = 21
WB_BINARY_BITWISE_XOR = 22
WB_BINARY_SHIFT_LEFT = 23
WB_BINARY_SHIFT_RIGHT = 24

wb_product_op = c_int
WB_PRODUCT_MM = 0
WB_PRODUCT_BMM = 1
WB_PRODUCT_MV = 2
WB_PRODUCT_DOT = 3
WB_PRODUCT_OUTER = 4

wb_reduce_op = c_int
WB_REDUCE_SUM = 0
WB_REDUCE_MEAN = 1
WB_REDUCE_MAX = 2
WB_REDUCE_MIN = 3
WB_REDUCE_ARGMAX = 4
WB_REDUCE_ARGMIN = 5
WB_REDUCE_LOGSUMEXP = 6
WB_REDUCE_PROD = 7
WB_REDUCE_ALL = 8
WB_REDUCE_ANY = 9

wb_pad_mode = c_int
WB_PAD_CONSTANT = 0
WB_PAD_REFLECT = 1
WB_PAD_REPLICATE = 2
WB_PAD_CIRCULAR = 3

wb_index_kind = c_int
WB_INDEX_AT = 0
WB_INDEX_SLICE = 1
WB_INDEX_NEW_AXIS = 2
WB_INDEX_ELLIPSIS = 3
WB_INDEX_TENSOR = 4

wb_randomness = c_int
WB_RANDOMNESS_ERROR = 0
WB_RANDOMNESS_SAME = 1
WB_RANDOMNESS_DIFFERENT = 2

wb_vmap_axis = c_int
WB_VMAP_NO_AXIS = -2147483647

wb_grad_flag = c_int
WB_GRAD_ENABLED = 1
WB_GRAD_REQUIRED = 2
WB_GRAD_BFLOAT16 = 4
WB_GRAD_CAPTURE = 8
WB_GRAD_TRANSFORM = 16
WB_GRAD_WATCHED = 32
WB_GRAD_FLOAT16 = 64
WB_GRAD_FLOAT64 = 128
WB_GRAD_TRAINING = 256
WB_GRAD_EVALUATION = 512

wb_block_change = c_int
WB_BLOCK_GRAD_OFF = 1
WB_BLOCK_GRAD_ON = 2
WB_BLOCK_FLOAT32 = 4
WB_BLOCK_BFLOAT16 = 8
WB_BLOCK_TRANSFORM = 16
WB_BLOCK_THEN_GRAD_OFF = 32
WB_BLOCK_THEN_GRAD_ON = 64
WB_BLOCK_FLOAT16 = 128
WB_BLOCK_TRAINING = 256
WB_BLOCK_EVALUATION = 512

wb_registry = c_int
WB_REGISTRY_LAYERS = 0
WB_REGISTRY_LOSSES = 1
WB_REGISTRY_OPTIMIZERS = 2
WB_REGISTRY_FUNCTIONS = 3
WB_REGISTRY_SCHEDULES = 4

wb_initializer = c_int
WB_INITIALIZER_CONSTANT = 0
WB_INITIALIZER_UNIFORM = 1
WB_INITIALIZER_NORMAL = 2
WB_INITIALIZER_XAVIER_UNIFORM = 3
WB_INITIALIZER_XAVIER_NORMAL = 4
WB_INITIALIZER_KAIMING_UNIFORM = 5
WB_INITIALIZER_KAIMING_NORMAL = 6
WB_INITIALIZER_LECUN_NORMAL = 7
WB_INITIALIZER_LINEAR_DEFAULT = 8
WB_INITIALIZER_KAIMING_UNIFORM_FAN_OUT = 9
WB_INITIALIZER_KAIMING_NORMAL_FAN_OUT = 10
WB_INITIALIZER_EYE = 11
WB_INITIALIZER_DIRAC = 12
WB_INITIALIZER_ORTHOGONAL = 13
WB_INITIALIZER_SPARSE = 14

wb_row_split = c_int
WB_ROW_SPLIT_RANDOM = 0
WB_ROW_SPLIT_TIME = 1
WB_ROW_SPLIT_GROUPS = 2

wb_shuffle = c_int
WB_SHUFFLE_NONE = 0
WB_SHUFFLE_EXACT = 1
WB_SHUFFLE_CHUNKS = 2
WB_SHUFFLE_AUTO = 3

wb_schedule_when = c_int
WB_SCHEDULE_EACH_EPOCH = 0
WB_SCHEDULE_EACH_STEP = 1

wb_trainer_option = c_int
WB_TRAINER_EPOCHS = 0
WB_TRAINER_BATCH_SIZE = 1
WB_TRAINER_SHUFFLE = 2
WB_TRAINER_SEED = 3
WB_TRAINER_PATIENCE = 4
WB_TRAINER_MIN_DELTA = 5
WB_TRAINER_CHECK_FINITE = 6
WB_TRAINER_REPORT_EVERY = 7
WB_TRAINER_MAX_STEPS = 8
WB_TRAINER_RESTORE_BEST = 9
WB_TRAINER_DROP_LAST = 10

wb_stop_reason = c_int
WB_STOP_EPOCHS = 0
WB_STOP_PATIENCE = 1
WB_STOP_CALLBACK = 2
WB_STOP_STEPS = 3

wb_value_kind = c_int
WB_VALUE_NONE = 0
WB_VALUE_TEXT = 1
WB_VALUE_ARRAY = 2
WB_VALUE_TEXTS = 3
WB_VALUE_LIST = 4
WB_VALUE_RECORDS = 5
WB_VALUE_MAP = 6
WB_VALUE_UNREAD = 7

wb_read_option = c_int
WB_READ_PLAIN = 0
WB_READ_RAW = 1
WB_READ_TURNED = 2
WB_READ_SCALED = 4

wb_tensor = c_void_p
wb_module = c_void_p
wb_optimizer = c_void_p
wb_dataset = c_void_p
wb_batches = c_void_p
wb_program = c_void_p
wb_trainer = c_void_p
wb_recording = c_void_p
wb_schedule = c_void_p
wb_checkpoints = c_void_p
wb_writer = c_void_p
wb_value = c_void_p


class wb_progress(Structure):
    _fields_ = [
        ("epoch", c_int64),
        ("epochs", c_int64),
        ("step", c_int64),
        ("steps_per_epoch", c_int64),
        ("total_steps", c_int64),
        ("loss", c_double),
        ("accuracy", c_double),
        ("validation_loss", c_double),
        ("validation_accuracy", c_double),
        ("seconds", c_double),
        ("epoch_ended", c_int32),
        ("improved", c_int32),
        ("metric_count", c_int32),
        ("metrics", POINTER(c_double)),
        ("validation_metrics", POINTER(c_double)),
    ]


wb_log_callback = CFUNCTYPE(None, c_void_p, c_char_p)
wb_release_callback = CFUNCTYPE(None, c_void_p)
wb_run_callback = CFUNCTYPE(wb_status, c_void_p, wb_run_event)
wb_vjp_callback = CFUNCTYPE(wb_status, c_void_p, POINTER(wb_tensor), POINTER(wb_tensor), c_int32, POINTER(c_int32),
    POINTER(wb_tensor), c_int32)
wb_jvp_callback = CFUNCTYPE(wb_status, c_void_p, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32,
    POINTER(wb_tensor))
wb_hook_callback = CFUNCTYPE(wb_status, c_void_p, wb_tensor, POINTER(wb_tensor))
wb_place_callback = CFUNCTYPE(None, c_void_p, c_void_p, c_size_t)
wb_forward_callback = CFUNCTYPE(wb_status, c_void_p, c_char_p, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32,
    POINTER(c_int32))
wb_module_callback = CFUNCTYPE(wb_status, c_void_p, c_uint64, POINTER(wb_tensor), c_int32)
wb_closure_callback = CFUNCTYPE(wb_status, c_void_p, POINTER(wb_tensor))
wb_factor_callback = CFUNCTYPE(wb_status, c_void_p, c_int32, c_int64, POINTER(c_double))
wb_progress_callback = CFUNCTYPE(c_int32, c_void_p, POINTER(wb_progress))

# name: (result, arguments, their names)
FUNCTIONS = {
    "wb_version": (c_char_p, [], []),
    "wb_abi_version": (c_int32, [], []),
    "wb_last_error": (c_char_p, [], []),
    "wb_status_name": (c_char_p, [wb_status], ["status"]),
    "wb_set_num_threads": (wb_status, [c_int32], ["count"]),
    "wb_get_num_threads": (wb_status, [POINTER(c_int32)], ["count"]),
    "wb_set_check_finite": (wb_status, [c_int32], ["enabled"]),
    "wb_memory_usage": (wb_status, [POINTER(c_int64), POINTER(c_int64), POINTER(c_int64)], ["in_use", "peak",
        "cached"]),
    "wb_memory_trim": (wb_status, [], []),
    "wb_set_log_callback": (wb_status, [c_void_p, c_void_p], ["callback", "context"]),
    "wb_scope_begin": (wb_status, [], []),
    "wb_scope_end": (wb_status, [], []),
    "wb_scope_keep": (wb_status, [wb_tensor], ["tensor"]),
    "wb_dtype_size": (c_size_t, [wb_dtype], ["dtype"]),
    "wb_promote": (wb_status, [wb_dtype, wb_dtype, POINTER(wb_dtype)], ["a", "b", "result"]),
    "wb_result_type": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_dtype)], ["tensors", "count", "result"]),
    "wb_can_cast": (wb_status, [wb_dtype, wb_dtype, POINTER(c_int32)], ["source", "target", "result"]),
    "wb_tensor_create": (wb_status, [wb_dtype, c_int32, POINTER(c_int64), c_void_p, POINTER(wb_tensor)], ["dtype",
        "rank", "shape", "data", "tensor"]),
    "wb_interrupt": (None, [], []),
    "wb_set_run_callback": (wb_status, [c_void_p, c_void_p, c_int32], ["callback", "context", "descriptor"]),
    "wb_callback_confirms": (wb_status, [c_void_p], ["callback"]),
    "wb_callback_done": (wb_status, [c_int32], ["result"]),
    "wb_tensor_borrow": (wb_status, [wb_dtype, c_int32, POINTER(c_int64), c_void_p, c_void_p, c_void_p,
        POINTER(wb_tensor)], ["dtype", "rank", "shape", "data", "release", "context", "tensor"]),
    "wb_tensor_full": (wb_status, [wb_dtype, c_int32, POINTER(c_int64), c_double, POINTER(wb_tensor)], ["dtype", "rank",
        "shape", "value", "tensor"]),
    "wb_tensor_full_int64": (wb_status, [wb_dtype, c_int32, POINTER(c_int64), c_int64, POINTER(wb_tensor)], ["dtype",
        "rank", "shape", "value", "tensor"]),
    "wb_tensor_arange": (wb_status, [wb_dtype, c_double, c_double, c_double, POINTER(wb_tensor)], ["dtype", "start",
        "stop", "step", "tensor"]),
    "wb_tensor_arange_int64": (wb_status, [wb_dtype, c_int64, c_int64, c_int64, POINTER(wb_tensor)], ["dtype", "start",
        "stop", "step", "tensor"]),
    "wb_tensor_linspace": (wb_status, [wb_dtype, c_double, c_double, c_int64, POINTER(wb_tensor)], ["dtype", "start",
        "end", "count", "tensor"]),
    "wb_tensor_linspace_int64": (wb_status, [wb_dtype, c_int64, c_int64, c_int64, POINTER(wb_tensor)], ["dtype",
        "start", "end", "count", "tensor"]),
    "wb_tensor_eye": (wb_status, [wb_dtype, c_int64, c_int64, POINTER(wb_tensor)], ["dtype", "rows", "columns",
        "tensor"]),
    "wb_meshgrid": (wb_status, [POINTER(wb_tensor), c_int32, c_int32, POINTER(wb_tensor)], ["vectors", "count",
        "swap_first", "grids"]),
    "wb_tensor_free": (wb_status, [wb_tensor], ["tensor"]),
    "wb_tensor_dtype": (wb_status, [wb_tensor, POINTER(wb_dtype)], ["tensor", "dtype"]),
    "wb_tensor_rank": (wb_status, [wb_tensor, POINTER(c_int32)], ["tensor", "rank"]),
    "wb_tensor_shape": (wb_status, [wb_tensor, c_int32, POINTER(c_int64)], ["tensor", "capacity", "shape"]),
    "wb_tensor_count": (wb_status, [wb_tensor, POINTER(c_int64)], ["tensor", "count"]),
    "wb_tensor_info": (wb_status, [wb_tensor, POINTER(wb_dtype), POINTER(c_int32), c_int32, POINTER(c_int64),
        POINTER(c_int32)], ["tensor", "dtype", "rank", "capacity", "shape", "requires_grad"]),
    "wb_tensor_read": (wb_status, [wb_tensor, c_void_p, c_size_t], ["tensor", "destination", "bytes"]),
    "wb_tensor_data": (wb_status, [wb_tensor, POINTER(c_void_p)], ["tensor", "data"]),
    "wb_tensor_item": (wb_status, [wb_tensor, POINTER(c_double)], ["tensor", "value"]),
    "wb_tensor_item_int64": (wb_status, [wb_tensor, POINTER(c_int64)], ["tensor", "value"]),
    "wb_tensor_identity": (wb_status, [wb_tensor, POINTER(c_uint64)], ["tensor", "identity"]),
    "wb_tensor_write": (wb_status, [wb_tensor, c_void_p, c_size_t], ["tensor", "data", "bytes"]),
    "wb_tensor_assign": (wb_status, [wb_tensor, wb_tensor], ["tensor", "source"]),
    "wb_tensor_set_requires_grad": (wb_status, [wb_tensor, c_int32], ["tensor", "requires_grad"]),
    "wb_tensor_get_requires_grad": (wb_status, [wb_tensor, POINTER(c_int32)], ["tensor", "requires_grad"]),
    "wb_tensor_is_leaf": (wb_status, [wb_tensor, POINTER(c_int32)], ["tensor", "is_leaf"]),
    "wb_tensor_grad": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["tensor", "gradient"]),
    "wb_tensor_set_grad": (wb_status, [wb_tensor, wb_tensor], ["tensor", "gradient"]),
    "wb_tensor_detach": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["tensor", "detached"]),
    "wb_tensor_share": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["tensor", "shared"]),
    "wb_eval": (wb_status, [POINTER(wb_tensor), c_int32], ["tensors", "count"]),
    "wb_manual_seed": (wb_status, [c_uint64], ["seed"]),
    "wb_get_random_state": (wb_status, [POINTER(c_uint64), POINTER(c_uint64)], ["seed", "offset"]),
    "wb_set_random_state": (wb_status, [c_uint64, c_uint64], ["seed", "offset"]),
    "wb_random": (wb_status, [wb_distribution, wb_dtype, c_int32, POINTER(c_int64), c_double, c_double,
        POINTER(wb_tensor)], ["distribution", "dtype", "rank", "shape", "a", "b", "tensor"]),
    "wb_random_int64": (wb_status, [wb_dtype, c_int32, POINTER(c_int64), c_int64, c_int64, POINTER(wb_tensor)],
        ["dtype", "rank", "shape", "low", "high", "tensor"]),
    "wb_random_permutation": (wb_status, [c_int64, POINTER(wb_tensor)], ["count", "tensor"]),
    "wb_bernoulli": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["probabilities", "tensor"]),
    "wb_multinomial": (wb_status, [wb_tensor, c_int64, c_int32, POINTER(wb_tensor)], ["weights", "count", "replacement",
        "indices"]),
    "wb_unary": (wb_status, [wb_unary_op, wb_tensor, POINTER(wb_tensor)], ["op", "x", "y"]),
    "wb_unary_with": (wb_status, [wb_unary_op, wb_tensor, c_double, POINTER(wb_tensor)], ["op", "x", "parameter", "y"]),
    "wb_binary": (wb_status, [wb_binary_op, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["op", "a", "b", "y"]),
    "wb_binary_scalar": (wb_status, [wb_binary_op, wb_tensor, c_double, c_int32, POINTER(wb_tensor)], ["op", "x",
        "value", "reversed", "y"]),
    "wb_where": (wb_status, [wb_tensor, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["condition", "a", "b", "y"]),
    "wb_clamp": (wb_status, [wb_tensor, c_double, c_double, POINTER(wb_tensor)], ["x", "lower", "upper", "y"]),
    "wb_clamp_tensors": (wb_status, [wb_tensor, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["x", "lower", "upper",
        "y"]),
    "wb_hardtanh": (wb_status, [wb_tensor, c_double, c_double, POINTER(wb_tensor)], ["x", "lower", "upper", "y"]),
    "wb_softplus": (wb_status, [wb_tensor, c_double, c_double, POINTER(wb_tensor)], ["x", "beta", "threshold", "y"]),
    "wb_nan_to_num": (wb_status, [wb_tensor, c_double, c_double, c_double, POINTER(wb_tensor)], ["x", "nan", "positive",
        "negative", "y"]),
    "wb_lerp": (wb_status, [wb_tensor, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["a", "b", "weight", "y"]),
    "wb_cast": (wb_status, [wb_tensor, wb_dtype, POINTER(wb_tensor)], ["x", "dtype", "y"]),
    "wb_matmul": (wb_status, [wb_tensor, wb_tensor, POINTER(wb_tensor)], ["a", "b", "y"]),
    "wb_linear": (wb_status, [wb_tensor, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["x", "weight", "bias", "y"]),
    "wb_product": (wb_status, [wb_product_op, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["op", "a", "b", "y"]),
    "wb_einsum": (wb_status, [c_char_p, POINTER(wb_tensor), c_int32, POINTER(wb_tensor)], ["equation", "tensors",
        "count", "y"]),
    "wb_trace": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_inverse": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["a", "y"]),
    "wb_det": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["a", "y"]),
    "wb_slogdet": (wb_status, [wb_tensor, POINTER(wb_tensor), POINTER(wb_tensor)], ["a", "sign", "logarithm"]),
    "wb_solve": (wb_status, [wb_tensor, wb_tensor, c_int32, POINTER(wb_tensor)], ["a", "b", "left", "x"]),
    "wb_triangular_solve": (wb_status, [wb_tensor, wb_tensor, c_int32, c_int32, c_int32, POINTER(wb_tensor)], ["a", "b",
        "upper", "left", "unitriangular", "x"]),
    "wb_cholesky": (wb_status, [wb_tensor, c_int32, POINTER(wb_tensor)], ["a", "upper", "y"]),
    "wb_qr": (wb_status, [wb_tensor, POINTER(wb_tensor), POINTER(wb_tensor)], ["a", "q", "r"]),
    "wb_eigh": (wb_status, [wb_tensor, c_int32, POINTER(wb_tensor), POINTER(wb_tensor)], ["a", "upper", "values",
        "vectors"]),
    "wb_svd": (wb_status, [wb_tensor, POINTER(wb_tensor), POINTER(wb_tensor), POINTER(wb_tensor)], ["a", "u", "values",
        "vt"]),
    "wb_reduce": (wb_status, [wb_reduce_op, wb_tensor, POINTER(c_int32), c_int32, c_int32, POINTER(wb_tensor)], ["op",
        "x", "axes", "axis_count", "keepdims", "y"]),
    "wb_var": (wb_status, [wb_tensor, POINTER(c_int32), c_int32, c_double, c_int32, POINTER(wb_tensor)], ["x", "axes",
        "axis_count", "correction", "keepdims", "y"]),
    "wb_std": (wb_status, [wb_tensor, POINTER(c_int32), c_int32, c_double, c_int32, POINTER(wb_tensor)], ["x", "axes",
        "axis_count", "correction", "keepdims", "y"]),
    "wb_norm": (wb_status, [wb_tensor, c_double, POINTER(c_int32), c_int32, c_int32, POINTER(wb_tensor)], ["x", "p",
        "axes", "axis_count", "keepdims", "y"]),
    "wb_cumsum": (wb_status, [wb_tensor, c_int32, POINTER(wb_tensor)], ["x", "axis", "y"]),
    "wb_cumprod": (wb_status, [wb_tensor, c_int32, POINTER(wb_tensor)], ["x", "axis", "y"]),
    "wb_sort": (wb_status, [wb_tensor, c_int32, c_int32, POINTER(wb_tensor), POINTER(wb_tensor)], ["x", "axis",
        "descending", "values", "indices"]),
    "wb_topk": (wb_status, [wb_tensor, c_int64, c_int32, c_int32, POINTER(wb_tensor), POINTER(wb_tensor)], ["x", "k",
        "axis", "largest", "values", "indices"]),
    "wb_unique": (wb_status, [wb_tensor, POINTER(wb_tensor), POINTER(wb_tensor), POINTER(wb_tensor)], ["x", "values",
        "inverse", "counts"]),
    "wb_unique_along": (wb_status, [wb_tensor, c_int32, POINTER(wb_tensor), POINTER(wb_tensor), POINTER(wb_tensor)],
        ["x", "axis", "values", "inverse", "counts"]),
    "wb_softmax": (wb_status, [wb_tensor, c_int32, POINTER(wb_tensor)], ["x", "axis", "y"]),
    "wb_log_softmax": (wb_status, [wb_tensor, c_int32, POINTER(wb_tensor)], ["x", "axis", "y"]),
    "wb_reshape": (wb_status, [wb_tensor, c_int32, POINTER(c_int64), POINTER(wb_tensor)], ["x", "rank", "shape", "y"]),
    "wb_permute": (wb_status, [wb_tensor, POINTER(c_int32), c_int32, POINTER(wb_tensor)], ["x", "axes", "axis_count",
        "y"]),
    "wb_broadcast_to": (wb_status, [wb_tensor, c_int32, POINTER(c_int64), POINTER(wb_tensor)], ["x", "rank", "shape",
        "y"]),
    "wb_concatenate": (wb_status, [POINTER(wb_tensor), c_int32, c_int32, POINTER(wb_tensor)], ["tensors", "count",
        "axis", "y"]),
    "wb_slice": (wb_status, [wb_tensor, c_int32, c_int64, c_int64, c_int64, POINTER(wb_tensor)], ["x", "axis", "start",
        "stop", "step", "y"]),
    "wb_add": (wb_status, [wb_tensor, wb_tensor, POINTER(wb_tensor)], ["a", "b", "y"]),
    "wb_subtract": (wb_status, [wb_tensor, wb_tensor, POINTER(wb_tensor)], ["a", "b", "y"]),
    "wb_multiply": (wb_status, [wb_tensor, wb_tensor, POINTER(wb_tensor)], ["a", "b", "y"]),
    "wb_divide": (wb_status, [wb_tensor, wb_tensor, POINTER(wb_tensor)], ["a", "b", "y"]),
    "wb_exp": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_log": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_sqrt": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_square": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_tanh": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_sigmoid": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_relu": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_sum": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_mean": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_flatten": (wb_status, [wb_tensor, c_int32, c_int32, POINTER(wb_tensor)], ["x", "start", "end", "y"]),
    "wb_unflatten": (wb_status, [wb_tensor, c_int32, c_int32, POINTER(c_int64), POINTER(wb_tensor)], ["x", "axis",
        "rank", "shape", "y"]),
    "wb_squeeze": (wb_status, [wb_tensor, POINTER(c_int32), c_int32, POINTER(wb_tensor)], ["x", "axes", "axis_count",
        "y"]),
    "wb_unsqueeze": (wb_status, [wb_tensor, c_int32, POINTER(wb_tensor)], ["x", "axis", "y"]),
    "wb_transpose": (wb_status, [wb_tensor, c_int32, c_int32, POINTER(wb_tensor)], ["x", "axis0", "axis1", "y"]),
    "wb_movedim": (wb_status, [wb_tensor, POINTER(c_int32), POINTER(c_int32), c_int32, POINTER(wb_tensor)], ["x",
        "sources", "destinations", "count", "y"]),
    "wb_expand": (wb_status, [wb_tensor, c_int32, POINTER(c_int64), POINTER(wb_tensor)], ["x", "rank", "shape", "y"]),
    "wb_repeat": (wb_status, [wb_tensor, POINTER(c_int64), c_int32, POINTER(wb_tensor)], ["x", "counts", "count", "y"]),
    "wb_tile": (wb_status, [wb_tensor, POINTER(c_int64), c_int32, POINTER(wb_tensor)], ["x", "counts", "count", "y"]),
    "wb_stack": (wb_status, [POINTER(wb_tensor), c_int32, c_int32, POINTER(wb_tensor)], ["tensors", "count", "axis",
        "y"]),
    "wb_hstack": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor)], ["tensors", "count", "y"]),
    "wb_vstack": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor)], ["tensors", "count", "y"]),
    "wb_split": (wb_status, [wb_tensor, c_int32, POINTER(c_int64), c_int32, POINTER(wb_tensor)], ["x", "axis",
        "extents", "count", "parts"]),
    "wb_unbind": (wb_status, [wb_tensor, c_int32, c_int32, POINTER(wb_tensor)], ["x", "axis", "count", "parts"]),
    "wb_flip": (wb_status, [wb_tensor, POINTER(c_int32), c_int32, POINTER(wb_tensor)], ["x", "axes", "axis_count",
        "y"]),
    "wb_roll": (wb_status, [wb_tensor, POINTER(c_int64), POINTER(c_int32), c_int32, POINTER(wb_tensor)], ["x", "shifts",
        "axes", "count", "y"]),
    "wb_pad": (wb_status, [wb_tensor, POINTER(c_int64), c_int32, wb_pad_mode, c_double, POINTER(wb_tensor)], ["x",
        "widths", "count", "mode", "value", "y"]),
    "wb_pad_int64": (wb_status, [wb_tensor, POINTER(c_int64), c_int32, wb_pad_mode, c_int64, POINTER(wb_tensor)], ["x",
        "widths", "count", "mode", "value", "y"]),
    "wb_tril": (wb_status, [wb_tensor, c_int64, POINTER(wb_tensor)], ["x", "offset", "y"]),
    "wb_triu": (wb_status, [wb_tensor, c_int64, POINTER(wb_tensor)], ["x", "offset", "y"]),
    "wb_diagonal": (wb_status, [wb_tensor, c_int64, c_int32, c_int32, POINTER(wb_tensor)], ["x", "offset", "axis0",
        "axis1", "y"]),
    "wb_diag": (wb_status, [wb_tensor, c_int64, POINTER(wb_tensor)], ["x", "offset", "y"]),
    "wb_index": (wb_status, [wb_tensor, c_int32, POINTER(wb_index_kind), POINTER(c_int64), POINTER(wb_tensor),
        POINTER(wb_tensor)], ["x", "count", "kinds", "numbers", "tensors", "y"]),
    "wb_index_assign": (wb_status, [wb_tensor, c_int32, POINTER(wb_index_kind), POINTER(c_int64), POINTER(wb_tensor),
        wb_tensor], ["x", "count", "kinds", "numbers", "tensors", "value"]),
    "wb_index_select": (wb_status, [wb_tensor, c_int32, wb_tensor, POINTER(wb_tensor)], ["x", "axis", "index", "y"]),
    "wb_take_along_axis": (wb_status, [wb_tensor, c_int32, wb_tensor, POINTER(wb_tensor)], ["x", "axis", "index", "y"]),
    "wb_gather": (wb_status, [wb_tensor, c_int32, wb_tensor, POINTER(wb_tensor)], ["x", "axis", "index", "y"]),
    "wb_scatter": (wb_status, [wb_tensor, c_int32, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["x", "axis", "index",
        "source", "y"]),
    "wb_scatter_add": (wb_status, [wb_tensor, c_int32, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["x", "axis", "index",
        "source", "y"]),
    "wb_masked_fill": (wb_status, [wb_tensor, wb_tensor, wb_tensor, POINTER(wb_tensor)], ["x", "mask", "value", "y"]),
    "wb_masked_select": (wb_status, [wb_tensor, wb_tensor, POINTER(wb_tensor)], ["x", "mask", "y"]),
    "wb_nonzero": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_one_hot": (wb_status, [wb_tensor, c_int64, wb_dtype, POINTER(wb_tensor)], ["labels", "classes", "dtype", "y"]),
    "wb_call": (wb_status, [c_char_p, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32, POINTER(c_int32)],
        ["call", "inputs", "input_count", "outputs", "capacity", "output_count"]),
    "wb_backward": (wb_status, [wb_tensor, wb_tensor, c_int32], ["root", "gradient", "retain_graph"]),
    "wb_grad": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32,
        c_int32, POINTER(wb_tensor)], ["outputs", "output_count", "inputs", "input_count", "cotangents", "create_graph",
        "allow_unused", "gradients"]),
    "wb_jvp": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32, POINTER(wb_tensor),
        POINTER(wb_tensor)], ["outputs", "output_count", "inputs", "input_count", "tangents", "tangents_out"]),
    "wb_taylor": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32,
        c_int32, POINTER(wb_tensor)], ["outputs", "output_count", "inputs", "input_count", "directions",
        "direction_count", "order", "derivatives"]),
    "wb_hvp": (wb_status, [wb_tensor, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), POINTER(wb_tensor)], ["output",
        "inputs", "input_count", "vectors", "products"]),
    "wb_variable": (wb_status, [wb_tensor, POINTER(wb_tensor)], ["x", "y"]),
    "wb_custom": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32, c_void_p, c_void_p, c_void_p,
        c_void_p, POINTER(wb_tensor)], ["inputs", "input_count", "outputs", "output_count", "vjp", "jvp", "release",
        "context", "results"]),
    "wb_tensor_register_hook": (wb_status, [wb_tensor, c_void_p, c_void_p, c_void_p], ["tensor", "hook", "release",
        "context"]),
    "wb_checkpoint": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32, POINTER(wb_tensor)],
        ["variables", "variable_count", "outputs", "output_count", "results"]),
    "wb_vmap_begin": (wb_status, [POINTER(wb_tensor), POINTER(c_int32), c_int32, wb_randomness, POINTER(wb_tensor)],
        ["tensors", "axes", "count", "randomness", "variables"]),
    "wb_vmap_end": (wb_status, [POINTER(wb_tensor), POINTER(c_int32), c_int32, c_int64, POINTER(wb_tensor)], ["outputs",
        "axes", "count", "chunk_size", "results"]),
    "wb_vmap_cancel": (wb_status, [], []),
    "wb_reversible": (wb_status, [wb_tensor, wb_tensor, POINTER(wb_tensor), POINTER(wb_tensor), POINTER(wb_tensor),
        POINTER(wb_tensor), c_int32, POINTER(wb_tensor), POINTER(wb_tensor)], ["x1", "x2", "f_variables", "f_outputs",
        "g_variables", "g_outputs", "block_count", "y1", "y2"]),
    "wb_function_captures": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32, POINTER(wb_tensor),
        c_int32, POINTER(c_int32)], ["variables", "variable_count", "outputs", "output_count", "captures", "capacity",
        "count"]),
    "wb_function_call": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32, POINTER(wb_tensor),
        c_int32, POINTER(wb_tensor)], ["variables", "variable_count", "outputs", "output_count", "arguments",
        "argument_count", "results"]),
    "wb_tensor_depends_on_leaf": (wb_status, [wb_tensor, POINTER(c_int32)], ["tensor", "depends"]),
    "wb_set_anomaly_mode": (wb_status, [c_int32, c_void_p, c_void_p], ["enabled", "place", "context"]),
    "wb_set_grad_enabled": (wb_status, [c_int32, POINTER(c_int32)], ["enabled", "previous"]),
    "wb_get_grad_enabled": (wb_status, [POINTER(c_int32)], ["enabled"]),
    "wb_set_autocast": (wb_status, [wb_dtype, POINTER(wb_dtype)], ["dtype", "previous"]),
    "wb_get_autocast": (wb_status, [POINTER(wb_dtype)], ["dtype"]),
    "wb_set_default_dtype": (wb_status, [wb_dtype, POINTER(wb_dtype)], ["dtype", "previous"]),
    "wb_block_begin": (wb_status, [c_int32], ["changes"]),
    "wb_block_end": (wb_status, [], []),
    "wb_grad_flags": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(c_int32)], ["tensors", "count", "flags"]),
    "wb_capture_begin": (wb_status, [POINTER(wb_tensor), c_int32], ["inputs", "input_count"]),
    "wb_capture_depends": (wb_status, [wb_module], ["module"]),
    "wb_capture_end": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_program)], ["outputs", "output_count",
        "program"]),
    "wb_capture_cancel": (wb_status, [], []),
    "wb_program_run": (wb_status, [wb_program, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32], ["program",
        "inputs", "input_count", "outputs", "output_count"]),
    "wb_program_run_if_matching": (wb_status, [wb_program, POINTER(wb_tensor), POINTER(c_void_p), c_int32,
        POINTER(wb_tensor), c_int32, POINTER(c_int32)], ["program", "inputs", "memory", "input_count", "outputs",
        "output_count", "matches"]),
    "wb_program_run_pointers": (wb_status, [wb_program, POINTER(c_void_p), c_int32, POINTER(c_void_p), c_int32],
        ["program", "inputs", "input_count", "outputs", "output_count"]),
    "wb_program_run_pointers_if_matching": (wb_status, [wb_program, POINTER(c_void_p), c_int32, POINTER(c_void_p),
        c_int32, POINTER(c_int32)], ["program", "inputs", "input_count", "outputs", "output_count", "matches"]),
    "wb_program_renew": (wb_status, [wb_program], ["program"]),
    "wb_program_writes_input": (wb_status, [wb_program, c_int32, POINTER(c_int32)], ["program", "index", "writes"]),
    "wb_program_collides": (wb_status, [wb_program, POINTER(wb_tensor), c_int32, POINTER(c_int32)], ["program",
        "inputs", "input_count", "collides"]),
    "wb_program_explain": (wb_status, [wb_program, POINTER(c_char_p)], ["program", "text"]),
    "wb_program_profile": (wb_status, [wb_program, POINTER(wb_tensor), c_int32, POINTER(c_char_p)], ["program",
        "inputs", "input_count", "text"]),
    "wb_program_free": (wb_status, [wb_program], ["program"]),
    "wb_module_create": (wb_status, [c_char_p, wb_dtype, POINTER(wb_module)], ["expression", "dtype", "module"]),
    "wb_module_expression": (wb_status, [wb_module, POINTER(c_char_p)], ["module", "expression"]),
    "wb_module_sequential": (wb_status, [POINTER(wb_module), c_int32, POINTER(wb_module)], ["children", "count",
        "module"]),
    "wb_module_set_checkpoint": (wb_status, [wb_module, c_int32], ["sequential", "segments"]),
    "wb_module_host": (wb_status, [c_char_p, c_void_p, c_void_p, c_void_p, POINTER(wb_module)], ["class_name",
        "forward", "release", "context", "module"]),
    "wb_module_set_forward": (wb_status, [wb_module, c_char_p, c_void_p, c_void_p, c_void_p], ["module", "class_name",
        "forward", "release", "context"]),
    "wb_module_wrap": (wb_status, [wb_module, c_void_p, c_void_p, c_void_p], ["module", "forward", "release",
        "context"]),
    "wb_module_changed": (wb_status, [wb_module], ["module"]),
    "wb_module_set_note": (wb_status, [wb_module, c_char_p], ["module", "note"]),
    "wb_module_note": (wb_status, [wb_module, POINTER(c_char_p)], ["module", "note"]),
    "wb_module_kind": (wb_status, [wb_module, POINTER(c_char_p)], ["module", "kind"]),
    "wb_module_has_host": (wb_status, [wb_module, POINTER(c_int32)], ["module", "has"]),
    "wb_module_needs_host": (wb_status, [wb_module, POINTER(c_int32)], ["module", "needs"]),
    "wb_set_module_callback": (wb_status, [c_void_p, c_void_p], ["callback", "context"]),
    "wb_module_free": (wb_status, [wb_module], ["module"]),
    "wb_module_add": (wb_status, [wb_module, c_char_p, wb_module], ["parent", "name", "child"]),
    "wb_module_remove": (wb_status, [wb_module, c_char_p], ["parent", "name"]),
    "wb_module_set_parameter": (wb_status, [wb_module, c_char_p, wb_tensor], ["module", "name", "parameter"]),
    "wb_module_lend": (wb_status, [wb_module, c_char_p, wb_tensor], ["module", "name", "value"]),
    "wb_module_set_buffer": (wb_status, [wb_module, c_char_p, wb_tensor], ["module", "name", "buffer"]),
    "wb_module_call": (wb_status, [wb_module, c_char_p, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32,
        POINTER(c_int32)], ["module", "options", "inputs", "input_count", "outputs", "capacity", "output_count"]),
    "wb_module_call_layer": (wb_status, [wb_module, c_char_p, POINTER(wb_tensor), c_int32, POINTER(wb_tensor), c_int32,
        POINTER(c_int32)], ["module", "options", "inputs", "input_count", "outputs", "capacity", "output_count"]),
    "wb_module_forward": (wb_status, [wb_module, wb_tensor, POINTER(wb_tensor)], ["module", "x", "y"]),
    "wb_module_parameter_count": (wb_status, [wb_module, POINTER(c_int32)], ["module", "count"]),
    "wb_module_parameter": (wb_status, [wb_module, c_int32, POINTER(c_char_p), POINTER(wb_tensor)], ["module", "index",
        "name", "parameter"]),
    "wb_module_buffer_count": (wb_status, [wb_module, POINTER(c_int32)], ["module", "count"]),
    "wb_module_buffer": (wb_status, [wb_module, c_int32, POINTER(c_char_p), POINTER(wb_tensor)], ["module", "index",
        "name", "buffer"]),
    "wb_module_child_count": (wb_status, [wb_module, POINTER(c_int32)], ["module", "count"]),
    "wb_module_child": (wb_status, [wb_module, c_int32, POINTER(c_char_p), POINTER(wb_module)], ["module", "index",
        "name", "child"]),
    "wb_module_identity": (wb_status, [wb_module, POINTER(c_uint64)], ["module", "identity"]),
    "wb_module_class_name": (wb_status, [wb_module, POINTER(c_char_p)], ["module", "name"]),
    "wb_module_describe": (wb_status, [wb_module, POINTER(c_char_p)], ["module", "text"]),
    "wb_module_summary": (wb_status, [wb_module, POINTER(c_char_p)], ["module", "text"]),
    "wb_module_attribute": (wb_status, [wb_module, c_char_p, POINTER(c_double)], ["module", "name", "value"]),
    "wb_module_attribute_text": (wb_status, [wb_module, c_char_p, POINTER(c_char_p)], ["module", "name", "text"]),
    "wb_module_set_attribute": (wb_status, [wb_module, c_char_p, c_char_p], ["module", "name", "text"]),
    "wb_module_set_training": (wb_status, [wb_module, c_int32], ["module", "training"]),
    "wb_module_get_training": (wb_status, [wb_module, POINTER(c_int32)], ["module", "training"]),
    "wb_module_cast": (wb_status, [wb_module, wb_dtype], ["module", "dtype"]),
    "wb_module_zero_grad": (wb_status, [wb_module], ["module"]),
    "wb_recording_begin": (wb_status, [wb_module, POINTER(wb_tensor), POINTER(c_char_p), c_int32, c_void_p, c_void_p],
        ["module", "inputs", "names", "input_count", "place", "context"]),
    "wb_recording_end": (wb_status, [POINTER(wb_tensor), c_int32, POINTER(wb_recording)], ["outputs", "output_count",
        "recording"]),
    "wb_recording_cancel": (wb_status, [], []),
    "wb_recording_free": (wb_status, [wb_recording], ["recording"]),
    "wb_graph_create": (wb_status, [wb_module, POINTER(wb_recording), c_int32, POINTER(wb_recording), c_int32,
        POINTER(wb_module)], ["module", "evaluation", "evaluation_count", "training", "training_count", "graph"]),
    "wb_registry_count": (wb_status, [wb_registry, POINTER(c_int32)], ["registry", "count"]),
    "wb_registry_entry": (wb_status, [wb_registry, c_int32, POINTER(c_char_p), POINTER(c_char_p), POINTER(c_char_p),
        POINTER(c_char_p), POINTER(c_char_p), POINTER(c_int32)], ["registry", "index", "name", "family",
        "documentation", "inputs", "outputs", "argument_count"]),
    "wb_registry_argument": (wb_status, [wb_registry, c_int32, c_int32, POINTER(c_char_p), POINTER(c_char_p),
        POINTER(c_char_p), POINTER(c_char_p)], ["registry", "index", "argument", "name", "type", "initial",
        "documentation"]),
    "wb_initialize": (wb_status, [wb_tensor, wb_initializer, c_double, c_double], ["tensor", "kind", "a", "b"]),
    "wb_initialize_truncated": (wb_status, [wb_tensor, c_double, c_double, c_double, c_double], ["tensor", "mean",
        "deviation", "low", "high"]),
    "wb_total_norm": (wb_status, [POINTER(wb_tensor), c_int32, c_double, c_int32, POINTER(wb_tensor)], ["tensors",
        "count", "p", "check_finite", "norm"]),
    "wb_clip_grad_norm": (wb_status, [POINTER(wb_tensor), c_int32, c_double, c_double, c_int32, POINTER(wb_tensor)],
        ["parameters", "count", "max_norm", "p", "check_finite", "norm"]),
    "wb_clip_grad_with_norm": (wb_status, [POINTER(wb_tensor), c_int32, c_double, wb_tensor], ["parameters", "count",
        "max_norm", "norm"]),
    "wb_clip_grad_value": (wb_status, [POINTER(wb_tensor), c_int32, c_double], ["parameters", "count", "limit"]),
    "wb_optimizer_create": (wb_status, [c_char_p, POINTER(wb_tensor), c_int32, POINTER(wb_optimizer)], ["expression",
        "parameters", "count", "optimizer"]),
    "wb_optimizer_add_group": (wb_status, [wb_optimizer, POINTER(wb_tensor), c_int32, c_char_p], ["optimizer",
        "parameters", "count", "settings"]),
    "wb_optimizer_group_count": (wb_status, [wb_optimizer, POINTER(c_int32)], ["optimizer", "count"]),
    "wb_optimizer_group_size": (wb_status, [wb_optimizer, c_int32, POINTER(c_int32)], ["optimizer", "group", "count"]),
    "wb_optimizer_free": (wb_status, [wb_optimizer], ["optimizer"]),
    "wb_optimizer_step": (wb_status, [wb_optimizer], ["optimizer"]),
    "wb_optimizer_step_closure": (wb_status, [wb_optimizer, c_void_p, c_void_p, POINTER(c_double)], ["optimizer",
        "closure", "context", "loss"]),
    "wb_optimizer_zero_grad": (wb_status, [wb_optimizer], ["optimizer"]),
    "wb_optimizer_set": (wb_status, [wb_optimizer, c_int32, c_char_p, c_double], ["optimizer", "group", "name",
        "value"]),
    "wb_optimizer_get": (wb_status, [wb_optimizer, c_int32, c_char_p, POINTER(c_double)], ["optimizer", "group", "name",
        "value"]),
    "wb_optimizer_set_text": (wb_status, [wb_optimizer, c_int32, c_char_p, c_char_p], ["optimizer", "group", "name",
        "text"]),
    "wb_optimizer_get_text": (wb_status, [wb_optimizer, c_int32, c_char_p, POINTER(c_char_p)], ["optimizer", "group",
        "name", "text"]),
    "wb_optimizer_get_settings": (wb_status, [wb_optimizer, c_int32, POINTER(c_char_p)], ["optimizer", "group",
        "settings"]),
    "wb_optimizer_set_settings": (wb_status, [wb_optimizer, c_int32, c_char_p], ["optimizer", "group", "settings"]),
    "wb_optimizer_class_name": (wb_status, [wb_optimizer, POINTER(c_char_p)], ["optimizer", "name"]),
    "wb_optimizer_state_count": (wb_status, [wb_optimizer, POINTER(c_int32)], ["optimizer", "count"]),
    "wb_optimizer_state": (wb_status, [wb_optimizer, c_int32, POINTER(c_char_p), POINTER(wb_tensor)], ["optimizer",
        "index", "name", "state"]),
    "wb_optimizer_load_state": (wb_status, [wb_optimizer, POINTER(c_char_p), POINTER(wb_tensor), c_int32], ["optimizer",
        "names", "states", "count"]),
    "wb_schedule_create": (wb_status, [c_char_p, wb_optimizer, POINTER(wb_schedule)], ["expression", "optimizer",
        "schedule"]),
    "wb_schedule_create_function": (wb_status, [c_char_p, wb_optimizer, c_void_p, c_void_p, c_void_p,
        POINTER(wb_schedule)], ["expression", "optimizer", "factor", "release", "context", "schedule"]),
    "wb_schedule_create_composed": (wb_status, [c_char_p, wb_optimizer, POINTER(wb_schedule), c_int32,
        POINTER(wb_schedule)], ["expression", "optimizer", "parts", "count", "schedule"]),
    "wb_schedule_free": (wb_status, [wb_schedule], ["schedule"]),
    "wb_schedule_step": (wb_status, [wb_schedule], ["schedule"]),
    "wb_schedule_step_to": (wb_status, [wb_schedule, c_double], ["schedule", "epoch"]),
    "wb_schedule_step_metric": (wb_status, [wb_schedule, c_double], ["schedule", "metric"]),
    "wb_schedule_class_name": (wb_status, [wb_schedule, POINTER(c_char_p)], ["schedule", "name"]),
    "wb_schedule_get": (wb_status, [wb_schedule, c_char_p, POINTER(c_double)], ["schedule", "name", "value"]),
    "wb_schedule_get_text": (wb_status, [wb_schedule, c_char_p, POINTER(c_char_p)], ["schedule", "name", "text"]),
    "wb_schedule_state": (wb_status, [wb_schedule, POINTER(c_char_p)], ["schedule", "state"]),
    "wb_schedule_load_state": (wb_status, [wb_schedule, c_char_p], ["schedule", "state"]),
    "wb_dataset_open": (wb_status, [c_char_p, c_char_p, c_char_p, wb_dtype, c_double, c_int32, POINTER(wb_dataset)],
        ["path", "x_name", "y_name", "x_dtype", "scale", "flatten", "dataset"]),
    "wb_dataset_from_tensors": (wb_status, [wb_tensor, wb_tensor, POINTER(wb_dataset)], ["x", "y", "dataset"]),
    "wb_dataset_open_columns": (wb_status, [POINTER(c_char_p), c_int32, POINTER(c_char_p), c_int32, c_int32, c_int32,
        wb_dtype, c_double, c_int32, POINTER(wb_dataset)], ["paths", "path_count", "names", "inputs", "targets",
        "has_weight", "x_dtype", "scale", "flatten", "dataset"]),
    "wb_dataset_from_columns": (wb_status, [POINTER(wb_tensor), c_int32, c_int32, c_int32, POINTER(wb_dataset)],
        ["columns", "inputs", "targets", "has_weight", "dataset"]),
    "wb_dataset_free": (wb_status, [wb_dataset], ["dataset"]),
    "wb_dataset_columns": (wb_status, [wb_dataset, POINTER(c_int32), POINTER(c_int32), POINTER(c_int32)], ["dataset",
        "inputs", "targets", "has_weight"]),
    "wb_dataset_column": (wb_status, [wb_dataset, c_int32, POINTER(wb_dtype), POINTER(c_int32), c_int32,
        POINTER(c_int64)], ["dataset", "column", "dtype", "rank", "capacity", "shape"]),
    "wb_dataset_read_columns": (wb_status, [wb_dataset, c_int64, c_int64, POINTER(wb_tensor), c_int32,
        POINTER(c_int32)], ["dataset", "start", "count", "columns", "capacity", "column_count"]),
    "wb_dataset_join": (wb_status, [POINTER(wb_dataset), c_int32, POINTER(wb_dataset)], ["datasets", "count",
        "joined"]),
    "wb_dataset_range": (wb_status, [wb_dataset, c_int64, c_int64, c_int64, POINTER(wb_dataset)], ["dataset", "first",
        "count", "step", "range"]),
    "wb_dataset_pick": (wb_status, [wb_dataset, wb_tensor, POINTER(wb_dataset)], ["dataset", "rows", "picked"]),
    "wb_dataset_split": (wb_status, [wb_dataset, c_double, wb_row_split, c_uint64, wb_tensor, POINTER(wb_dataset),
        POINTER(wb_dataset)], ["dataset", "fraction", "kind", "seed", "groups", "first", "second"]),
    "wb_dataset_shard": (wb_status, [wb_dataset, c_int64, c_int64, POINTER(wb_dataset)], ["dataset", "rank", "ranks",
        "share"]),
    "wb_dataset_windows": (wb_status, [wb_dataset, c_int64, c_int64, c_int64, c_int64, POINTER(wb_dataset)], ["dataset",
        "length", "stride", "horizon", "offset", "windows"]),
    "wb_dataset_transform": (wb_status, [wb_dataset, c_int32, c_char_p, POINTER(wb_dataset)], ["dataset", "column",
        "transforms", "transformed"]),
    "wb_dataset_refresh": (wb_status, [wb_dataset, POINTER(c_int64)], ["dataset", "count"]),
    "wb_dataset_statistics": (wb_status, [wb_dataset, c_int32, POINTER(c_int32), POINTER(c_double), POINTER(wb_tensor),
        POINTER(wb_tensor), POINTER(wb_tensor)], ["dataset", "column", "axis", "fill", "mean", "std", "counts"]),
    "wb_module_adapt": (wb_status, [wb_module, wb_dataset, c_int32, POINTER(c_int32), POINTER(c_double)],
        ["standardize", "dataset", "column", "axis", "fill"]),
    "wb_dataset_count": (wb_status, [wb_dataset, POINTER(c_int64)], ["dataset", "count"]),
    "wb_dataset_row_shape": (wb_status, [wb_dataset, c_int32, POINTER(c_int32), c_int32, POINTER(c_int64)], ["dataset",
        "which", "rank", "capacity", "shape"]),
    "wb_dataset_read": (wb_status, [wb_dataset, c_int64, c_int64, POINTER(wb_tensor), POINTER(wb_tensor)], ["dataset",
        "start", "count", "x", "y"]),
    "wb_set_dataset_cache": (wb_status, [c_int64], ["bytes"]),
    "wb_batches_create": (wb_status, [wb_dataset, c_int64, wb_shuffle, c_uint64, c_int64, c_int32, POINTER(wb_batches)],
        ["dataset", "batch_size", "shuffle", "seed", "epoch", "drop_last", "batches"]),
    "wb_batches_next": (wb_status, [wb_batches, POINTER(wb_tensor), POINTER(wb_tensor)], ["batches", "x", "y"]),
    "wb_batches_next_columns": (wb_status, [wb_batches, POINTER(wb_tensor), c_int32, POINTER(c_int32)], ["batches",
        "columns", "capacity", "column_count"]),
    "wb_batches_position": (wb_status, [wb_batches, POINTER(c_int64), POINTER(c_int64)], ["batches", "position",
        "count"]),
    "wb_batches_seek": (wb_status, [wb_batches, c_int64], ["batches", "position"]),
    "wb_batches_free": (wb_status, [wb_batches], ["batches"]),
    "wb_writer_open": (wb_status, [c_char_p, c_int64, POINTER(wb_writer)], ["path", "part_rows", "writer"]),
    "wb_writer_append_to": (wb_status, [c_char_p, POINTER(wb_writer)], ["path", "writer"]),
    "wb_writer_free": (wb_status, [wb_writer], ["writer"]),
    "wb_writer_add": (wb_status, [wb_writer, c_char_p, wb_dtype, c_int32, POINTER(c_int64)], ["writer", "name", "dtype",
        "rank", "shape"]),
    "wb_writer_append": (wb_status, [wb_writer, POINTER(c_void_p), c_int64], ["writer", "data", "rows"]),
    "wb_writer_append_tensors": (wb_status, [wb_writer, POINTER(wb_tensor), c_int32], ["writer", "columns", "count"]),
    "wb_writer_count": (wb_status, [wb_writer, POINTER(c_int64)], ["writer", "count"]),
    "wb_writer_flush": (wb_status, [wb_writer], ["writer"]),
    "wb_writer_finish": (wb_status, [wb_writer], ["writer"]),
    "wb_predict_to_file": (wb_status, [wb_module, wb_dataset, c_int64, c_char_p, c_char_p, c_int64, POINTER(c_int64)],
        ["model", "dataset", "batch_size", "path", "name", "part_rows", "begun"]),
    "wb_trainer_create": (wb_status, [wb_module, wb_module, wb_optimizer, POINTER(wb_trainer)], ["model", "loss",
        "optimizer", "trainer"]),
    "wb_trainer_add_metric": (wb_status, [wb_trainer, c_char_p, wb_module], ["trainer", "name", "metric"]),
    "wb_trainer_free": (wb_status, [wb_trainer], ["trainer"]),
    "wb_trainer_set_schedule": (wb_status, [wb_trainer, wb_schedule, wb_schedule_when], ["trainer", "schedule",
        "when"]),
    "wb_trainer_set": (wb_status, [wb_trainer, wb_trainer_option, c_double], ["trainer", "option", "value"]),
    "wb_trainer_get": (wb_status, [wb_trainer, wb_trainer_option, POINTER(c_double)], ["trainer", "option", "value"]),
    "wb_trainer_set_int64": (wb_status, [wb_trainer, wb_trainer_option, c_int64], ["trainer", "option", "value"]),
    "wb_trainer_get_int64": (wb_status, [wb_trainer, wb_trainer_option, POINTER(c_int64)], ["trainer", "option",
        "value"]),
    "wb_trainer_set_validation": (wb_status, [wb_trainer, wb_dataset], ["trainer", "dataset"]),
    "wb_trainer_fit": (wb_status, [wb_trainer, wb_dataset, c_void_p, c_void_p, POINTER(wb_stop_reason)], ["trainer",
        "dataset", "callback", "context", "reason"]),
    "wb_trainer_history_count": (wb_status, [wb_trainer, POINTER(c_int64)], ["trainer", "count"]),
    "wb_trainer_history": (wb_status, [wb_trainer, c_int64, POINTER(wb_progress), POINTER(c_double), POINTER(c_double)],
        ["trainer", "index", "progress", "metrics", "validation_metrics"]),
    "wb_trainer_state": (wb_status, [wb_trainer, POINTER(c_char_p)], ["trainer", "state"]),
    "wb_trainer_best_count": (wb_status, [wb_trainer, POINTER(c_int32)], ["trainer", "count"]),
    "wb_trainer_best": (wb_status, [wb_trainer, c_int32, POINTER(c_char_p), POINTER(wb_tensor)], ["trainer", "index",
        "name", "best"]),
    "wb_trainer_load_state": (wb_status, [wb_trainer, c_char_p, POINTER(c_char_p), POINTER(wb_tensor), c_int32],
        ["trainer", "state", "names", "best", "count"]),
    "wb_trainer_position": (wb_status, [wb_trainer, POINTER(c_int64), POINTER(c_int64), POINTER(c_int64)], ["trainer",
        "epoch", "step", "total_steps"]),
    "wb_evaluate": (wb_status, [wb_module, wb_module, POINTER(wb_module), c_int32, wb_dataset, c_int64,
        POINTER(c_double), POINTER(c_double), POINTER(c_double)], ["model", "loss", "metrics", "metric_count",
        "dataset", "batch_size", "mean_loss", "accuracy", "metric_values"]),
    "wb_save": (wb_status, [c_char_p, wb_module, wb_optimizer, c_int64, c_int64], ["path", "model", "optimizer",
        "epoch", "step"]),
    "wb_trainer_save": (wb_status, [wb_trainer, c_char_p], ["trainer", "path"]),
    "wb_load": (wb_status, [c_char_p, POINTER(wb_module)], ["path", "model"]),
    "wb_load_with": (wb_status, [c_char_p, POINTER(c_char_p), c_int32, POINTER(wb_module)], ["path", "classes", "count",
        "model"]),
    "wb_load_into": (wb_status, [c_char_p, wb_module, wb_optimizer, c_int32, POINTER(c_int64), POINTER(c_int64)],
        ["path", "model", "optimizer", "restore_random", "epoch", "step"]),
    "wb_trainer_load": (wb_status, [wb_trainer, c_char_p], ["trainer", "path"]),
    "wb_checkpoints_open": (wb_status, [c_char_p, c_int32, c_char_p, c_int32, c_int32, POINTER(wb_checkpoints)],
        ["folder", "keep", "best", "largest_is_best", "in_background", "checkpoints"]),
    "wb_checkpoints_free": (wb_status, [wb_checkpoints], ["checkpoints"]),
    "wb_checkpoints_save": (wb_status, [wb_checkpoints, wb_module, wb_optimizer, c_int64, c_int64, c_double],
        ["checkpoints", "model", "optimizer", "epoch", "step", "value"]),
    "wb_checkpoints_save_trainer": (wb_status, [wb_checkpoints, wb_trainer, c_double], ["checkpoints", "trainer",
        "value"]),
    "wb_checkpoints_wait": (wb_status, [wb_checkpoints], ["checkpoints"]),
    "wb_checkpoints_count": (wb_status, [wb_checkpoints, POINTER(c_int32)], ["checkpoints", "count"]),
    "wb_checkpoints_path": (wb_status, [wb_checkpoints, c_int32, POINTER(c_char_p)], ["checkpoints", "index", "path"]),
    "wb_checkpoints_best": (wb_status, [wb_checkpoints, POINTER(c_char_p)], ["checkpoints", "path"]),
    "wb_checkpoints_load_into": (wb_status, [wb_checkpoints, wb_module, wb_optimizer, c_int32, POINTER(c_int64),
        POINTER(c_int64), POINTER(c_char_p)], ["checkpoints", "model", "optimizer", "restore_random", "epoch", "step",
        "path"]),
    "wb_checkpoints_resume": (wb_status, [wb_checkpoints, wb_trainer, POINTER(c_char_p)], ["checkpoints", "trainer",
        "path"]),
    "wb_trainer_set_checkpoints": (wb_status, [wb_trainer, wb_checkpoints, c_int64], ["trainer", "checkpoints",
        "every_steps"]),
    "wb_module_from_config": (wb_status, [c_char_p, POINTER(c_char_p), POINTER(wb_module), c_int32, wb_dtype,
        POINTER(wb_module)], ["config", "names", "modules", "count", "dtype", "module"]),
    "wb_keras_load": (wb_status, [c_char_p, c_char_p, POINTER(c_char_p), POINTER(wb_module), c_int32,
        POINTER(wb_module)], ["path", "config", "names", "modules", "count", "module"]),
    "wb_keras_load_weights": (wb_status, [c_char_p, wb_module], ["path", "module"]),
    "wb_keras_config": (wb_status, [c_char_p, POINTER(c_char_p)], ["path", "config"]),
    "wb_keras_training": (wb_status, [c_char_p, wb_module, POINTER(c_char_p), POINTER(wb_optimizer)], ["path", "module",
        "training", "optimizer"]),
    "wb_keras_save": (wb_status, [c_char_p, wb_module, c_char_p, c_char_p, c_char_p, wb_optimizer], ["path", "module",
        "format", "input_shape", "training", "optimizer"]),
    "wb_keras_save_objects": (wb_status, [c_char_p, POINTER(c_char_p), POINTER(wb_module), c_int32, c_char_p,
        wb_optimizer], ["path", "paths", "modules", "count", "config", "optimizer"]),
    "wb_keras_load_objects": (wb_status, [c_char_p, POINTER(c_char_p), POINTER(wb_module), c_int32], ["path", "paths",
        "modules", "count"]),
    "wb_module_config": (wb_status, [wb_module, c_char_p, POINTER(c_char_p)], ["module", "input_shape", "config"]),
    "wb_h5_read": (wb_status, [c_char_p, c_char_p, c_int32, c_int64, POINTER(wb_value)], ["path", "name", "options",
        "limit", "value"]),
    "wb_h5_attributes": (wb_status, [c_char_p, c_char_p, POINTER(wb_value)], ["path", "name", "attributes"]),
    "wb_h5_contents": (wb_status, [c_char_p, POINTER(wb_value)], ["path", "contents"]),
    "wb_h5_write": (wb_status, [c_char_p, POINTER(c_char_p), POINTER(wb_tensor), c_int32, POINTER(c_char_p),
        POINTER(c_char_p), POINTER(c_char_p), c_int32], ["path", "names", "tensors", "count", "attribute_paths",
        "attribute_names", "attribute_values", "attribute_count"]),
    "wb_value_free": (wb_status, [wb_value], ["value"]),
    "wb_value_kind_of": (wb_status, [wb_value, POINTER(wb_value_kind)], ["value", "kind"]),
    "wb_value_count": (wb_status, [wb_value, POINTER(c_int64)], ["value", "count"]),
    "wb_value_item": (wb_status, [wb_value, c_int64, POINTER(wb_value)], ["value", "index", "item"]),
    "wb_value_key": (wb_status, [wb_value, c_int64, POINTER(c_char_p)], ["value", "index", "key"]),
    "wb_value_find": (wb_status, [wb_value, c_char_p, POINTER(wb_value)], ["value", "key", "item"]),
    "wb_value_text": (wb_status, [wb_value, POINTER(c_char_p)], ["value", "text"]),
    "wb_value_attributes": (wb_status, [wb_value, POINTER(wb_value)], ["value", "attributes"]),
    "wb_value_shape": (wb_status, [wb_value, POINTER(c_int32), c_int32, POINTER(c_int64)], ["value", "rank", "capacity",
        "extents"]),
    "wb_value_array": (wb_status, [wb_value, POINTER(c_char_p), POINTER(c_int64), POINTER(c_void_p)], ["value", "type",
        "item_size", "data"]),
    "wb_value_labels": (wb_status, [wb_value, POINTER(c_char_p)], ["value", "labels"]),
    "wb_value_tensor": (wb_status, [wb_value, POINTER(wb_tensor)], ["value", "tensor"]),
    "wb_weights_read": (wb_status, [c_char_p, c_int64, POINTER(wb_value)], ["path", "limit", "weights"]),
    "wb_module_load_weights": (wb_status, [wb_module, c_char_p, POINTER(c_char_p), POINTER(c_char_p), c_int32, c_char_p,
        c_int32], ["module", "path", "names", "targets", "count", "layout", "strict"]),
    "wb_safetensors_save": (wb_status, [c_char_p, POINTER(c_char_p), POINTER(wb_tensor), c_int32, POINTER(c_char_p),
        c_int32], ["path", "names", "tensors", "count", "notes", "note_count"]),
}
