! Wingbeat for Fortran: the functions of wingbeat.h, with texts as characters and tensors from arrays.
!
! Written by scripts/generate_fortran.py from include/wingbeat.h; do not edit. The comments are the first sentences of
! the header's; the rules that hold for all functions are at the top of the header. docs/fortran.md is the guide.
!
!  - Names are C's. A function that can fail returns a wb_status: 0 (WB_OK), or else wb_error() has a sentence.
!  - A handle, such as type(wb_tensor), is passed by value; wb_tensor() is the null handle. What a function writes is an
!    argument of intent(inout): a failed call leaves it as it was.
!  - An optional argument that is absent is NULL to C.
!  - Order of arrays. C's last axis is the one whose elements are neighbours, Fortran's is the first. So the array
!    a(3, 4) is the tensor of shape [4, 3], without any element being moved: a(i, j) is element [j-1, i-1]. An array
!    x(features, rows) is the tensor [rows, features], a batch as a network takes it. Shapes and axes that are passed as
!    numbers are the tensor's: from 0, in C's order.
module wingbeat
    use, intrinsic :: iso_c_binding
    implicit none
    public

    integer, parameter :: wb_status = c_int
    integer(wb_status), parameter :: WB_OK = 0
    integer(wb_status), parameter :: WB_ERROR_ARGUMENT = 1
    integer(wb_status), parameter :: WB_ERROR_SHAPE = 2
    integer(wb_status), parameter :: WB_ERROR_DTYPE = 3
    integer(wb_status), parameter :: WB_ERROR_INDEX = 4
    integer(wb_status), parameter :: WB_ERROR_HANDLE = 5
    integer(wb_status), parameter :: WB_ERROR_MEMORY = 6
    integer(wb_status), parameter :: WB_ERROR_FILE = 7
    integer(wb_status), parameter :: WB_ERROR_FORMAT = 8
    integer(wb_status), parameter :: WB_ERROR_STRUCTURE = 9
    integer(wb_status), parameter :: WB_ERROR_STATE = 10
    integer(wb_status), parameter :: WB_ERROR_NOT_FINITE = 11
    integer(wb_status), parameter :: WB_ERROR_UNSUPPORTED = 12
    integer(wb_status), parameter :: WB_ERROR_INTERNAL = 13
    integer(wb_status), parameter :: WB_ERROR_INTERRUPTED = 14

    integer, parameter :: wb_dtype = c_int
    integer(wb_dtype), parameter :: WB_BOOL = 0
    integer(wb_dtype), parameter :: WB_UINT8 = 1
    integer(wb_dtype), parameter :: WB_INT32 = 2
    integer(wb_dtype), parameter :: WB_INT64 = 3
    integer(wb_dtype), parameter :: WB_FLOAT32 = 4
    integer(wb_dtype), parameter :: WB_FLOAT64 = 5
    integer(wb_dtype), parameter :: WB_BFLOAT16 = 6
    integer(wb_dtype), parameter :: WB_FLOAT16 = 7

    integer, parameter :: wb_run_event = c_int
    integer(wb_run_event), parameter :: WB_RUN_BEGINS = 0
    integer(wb_run_event), parameter :: WB_RUN_ASKED = 1
    integer(wb_run_event), parameter :: WB_RUN_ENDED = 2

    integer, parameter :: wb_distribution = c_int
    integer(wb_distribution), parameter :: WB_DISTRIBUTION_UNIFORM = 0
    integer(wb_distribution), parameter :: WB_DISTRIBUTION_NORMAL = 1
    integer(wb_distribution), parameter :: WB_DISTRIBUTION_INTEGERS = 2
    integer(wb_distribution), parameter :: WB_DISTRIBUTION_EXPONENTIAL = 3
    integer(wb_distribution), parameter :: WB_DISTRIBUTION_GUMBEL = 4

    integer, parameter :: wb_unary_op = c_int
    integer(wb_unary_op), parameter :: WB_UNARY_IDENTITY = 0
    integer(wb_unary_op), parameter :: WB_UNARY_NEGATIVE = 1
    integer(wb_unary_op), parameter :: WB_UNARY_ABSOLUTE = 2
    integer(wb_unary_op), parameter :: WB_UNARY_SIGN = 3
    integer(wb_unary_op), parameter :: WB_UNARY_EXP = 4
    integer(wb_unary_op), parameter :: WB_UNARY_EXPM1 = 5
    integer(wb_unary_op), parameter :: WB_UNARY_LOG = 6
    integer(wb_unary_op), parameter :: WB_UNARY_LOG1P = 7
    integer(wb_unary_op), parameter :: WB_UNARY_SQRT = 8
    integer(wb_unary_op), parameter :: WB_UNARY_RSQRT = 9
    integer(wb_unary_op), parameter :: WB_UNARY_SQUARE = 10
    integer(wb_unary_op), parameter :: WB_UNARY_RECIPROCAL = 11
    integer(wb_unary_op), parameter :: WB_UNARY_SIN = 12
    integer(wb_unary_op), parameter :: WB_UNARY_COS = 13
    integer(wb_unary_op), parameter :: WB_UNARY_TANH = 14
    integer(wb_unary_op), parameter :: WB_UNARY_SIGMOID = 15
    integer(wb_unary_op), parameter :: WB_UNARY_RELU = 16
    integer(wb_unary_op), parameter :: WB_UNARY_LEAKY_RELU = 17
    integer(wb_unary_op), parameter :: WB_UNARY_GELU = 18
    integer(wb_unary_op), parameter :: WB_UNARY_GELU_TANH = 19
    integer(wb_unary_op), parameter :: WB_UNARY_ERF = 20
    integer(wb_unary_op), parameter :: WB_UNARY_SOFTPLUS = 21
    integer(wb_unary_op), parameter :: WB_UNARY_LOGICAL_NOT = 22
    integer(wb_unary_op), parameter :: WB_UNARY_EXP2 = 23
    integer(wb_unary_op), parameter :: WB_UNARY_LOG2 = 24
    integer(wb_unary_op), parameter :: WB_UNARY_LOG10 = 25
    integer(wb_unary_op), parameter :: WB_UNARY_TAN = 26
    integer(wb_unary_op), parameter :: WB_UNARY_ASIN = 27
    integer(wb_unary_op), parameter :: WB_UNARY_ACOS = 28
    integer(wb_unary_op), parameter :: WB_UNARY_ATAN = 29
    integer(wb_unary_op), parameter :: WB_UNARY_SINH = 30
    integer(wb_unary_op), parameter :: WB_UNARY_COSH = 31
    integer(wb_unary_op), parameter :: WB_UNARY_ASINH = 32
    integer(wb_unary_op), parameter :: WB_UNARY_ACOSH = 33
    integer(wb_unary_op), parameter :: WB_UNARY_ATANH = 34
    integer(wb_unary_op), parameter :: WB_UNARY_FLOOR = 35
    integer(wb_unary_op), parameter :: WB_UNARY_CEIL = 36
    integer(wb_unary_op), parameter :: WB_UNARY_ROUND = 37
    integer(wb_unary_op), parameter :: WB_UNARY_TRUNC = 38
    integer(wb_unary_op), parameter :: WB_UNARY_ERFC = 39
    integer(wb_unary_op), parameter :: WB_UNARY_LGAMMA = 40
    integer(wb_unary_op), parameter :: WB_UNARY_DIGAMMA = 41
    integer(wb_unary_op), parameter :: WB_UNARY_POLYGAMMA = 42
    integer(wb_unary_op), parameter :: WB_UNARY_LOGSIGMOID = 43
    integer(wb_unary_op), parameter :: WB_UNARY_RELU6 = 44
    integer(wb_unary_op), parameter :: WB_UNARY_ELU = 45
    integer(wb_unary_op), parameter :: WB_UNARY_SELU = 46
    integer(wb_unary_op), parameter :: WB_UNARY_CELU = 47
    integer(wb_unary_op), parameter :: WB_UNARY_SILU = 48
    integer(wb_unary_op), parameter :: WB_UNARY_MISH = 49
    integer(wb_unary_op), parameter :: WB_UNARY_SOFTSIGN = 50
    integer(wb_unary_op), parameter :: WB_UNARY_HARDSIGMOID = 51
    integer(wb_unary_op), parameter :: WB_UNARY_HARDSWISH = 52
    integer(wb_unary_op), parameter :: WB_UNARY_ISNAN = 53
    integer(wb_unary_op), parameter :: WB_UNARY_ISINF = 54
    integer(wb_unary_op), parameter :: WB_UNARY_ISFINITE = 55
    integer(wb_unary_op), parameter :: WB_UNARY_BITWISE_NOT = 56

    integer, parameter :: wb_binary_op = c_int
    integer(wb_binary_op), parameter :: WB_BINARY_ADD = 0
    integer(wb_binary_op), parameter :: WB_BINARY_SUBTRACT = 1
    integer(wb_binary_op), parameter :: WB_BINARY_MULTIPLY = 2
    integer(wb_binary_op), parameter :: WB_BINARY_DIVIDE = 3
    integer(wb_binary_op), parameter :: WB_BINARY_POWER = 4
    integer(wb_binary_op), parameter :: WB_BINARY_MAXIMUM = 5
    integer(wb_binary_op), parameter :: WB_BINARY_MINIMUM = 6
    integer(wb_binary_op), parameter :: WB_BINARY_EQUAL = 7
    integer(wb_binary_op), parameter :: WB_BINARY_NOT_EQUAL = 8
    integer(wb_binary_op), parameter :: WB_BINARY_LESS = 9
    integer(wb_binary_op), parameter :: WB_BINARY_LESS_EQUAL = 10
    integer(wb_binary_op), parameter :: WB_BINARY_GREATER = 11
    integer(wb_binary_op), parameter :: WB_BINARY_GREATER_EQUAL = 12
    integer(wb_binary_op), parameter :: WB_BINARY_LOGICAL_AND = 13
    integer(wb_binary_op), parameter :: WB_BINARY_LOGICAL_OR = 14
    integer(wb_binary_op), parameter :: WB_BINARY_FLOOR_DIVIDE = 15
    integer(wb_binary_op), parameter :: WB_BINARY_REMAINDER = 16
    integer(wb_binary_op), parameter :: WB_BINARY_TRUNC_DIVIDE = 17
    integer(wb_binary_op), parameter :: WB_BINARY_ATAN2 = 18
    integer(wb_binary_op), parameter :: WB_BINARY_LOGICAL_XOR = 19
    integer(wb_binary_op), parameter :: WB_BINARY_BITWISE_AND = 20
    integer(wb_binary_op), parameter :: WB_BINARY_BITWISE_OR = 21
    integer(wb_binary_op), parameter :: WB_BINARY_BITWISE_XOR = 22
    integer(wb_binary_op), parameter :: WB_BINARY_SHIFT_LEFT = 23
    integer(wb_binary_op), parameter :: WB_BINARY_SHIFT_RIGHT = 24

    integer, parameter :: wb_product_op = c_int
    integer(wb_product_op), parameter :: WB_PRODUCT_MM = 0
    integer(wb_product_op), parameter :: WB_PRODUCT_BMM = 1
    integer(wb_product_op), parameter :: WB_PRODUCT_MV = 2
    integer(wb_product_op), parameter :: WB_PRODUCT_DOT = 3
    integer(wb_product_op), parameter :: WB_PRODUCT_OUTER = 4

    integer, parameter :: wb_reduce_op = c_int
    integer(wb_reduce_op), parameter :: WB_REDUCE_SUM = 0
    integer(wb_reduce_op), parameter :: WB_REDUCE_MEAN = 1
    integer(wb_reduce_op), parameter :: WB_REDUCE_MAX = 2
    integer(wb_reduce_op), parameter :: WB_REDUCE_MIN = 3
    integer(wb_reduce_op), parameter :: WB_REDUCE_ARGMAX = 4
    integer(wb_reduce_op), parameter :: WB_REDUCE_ARGMIN = 5
    integer(wb_reduce_op), parameter :: WB_REDUCE_LOGSUMEXP = 6
    integer(wb_reduce_op), parameter :: WB_REDUCE_PROD = 7
    integer(wb_reduce_op), parameter :: WB_REDUCE_ALL = 8
    integer(wb_reduce_op), parameter :: WB_REDUCE_ANY = 9

    integer, parameter :: wb_pad_mode = c_int
    integer(wb_pad_mode), parameter :: WB_PAD_CONSTANT = 0
    integer(wb_pad_mode), parameter :: WB_PAD_REFLECT = 1
    integer(wb_pad_mode), parameter :: WB_PAD_REPLICATE = 2
    integer(wb_pad_mode), parameter :: WB_PAD_CIRCULAR = 3

    integer, parameter :: wb_index_kind = c_int
    integer(wb_index_kind), parameter :: WB_INDEX_AT = 0
    integer(wb_index_kind), parameter :: WB_INDEX_SLICE = 1
    integer(wb_index_kind), parameter :: WB_INDEX_NEW_AXIS = 2
    integer(wb_index_kind), parameter :: WB_INDEX_ELLIPSIS = 3
    integer(wb_index_kind), parameter :: WB_INDEX_TENSOR = 4

    integer, parameter :: wb_randomness = c_int
    integer(wb_randomness), parameter :: WB_RANDOMNESS_ERROR = 0
    integer(wb_randomness), parameter :: WB_RANDOMNESS_SAME = 1
    integer(wb_randomness), parameter :: WB_RANDOMNESS_DIFFERENT = 2

    integer, parameter :: wb_vmap_axis = c_int
    integer(wb_vmap_axis), parameter :: WB_VMAP_NO_AXIS = -2147483647

    integer, parameter :: wb_grad_flag = c_int
    integer(wb_grad_flag), parameter :: WB_GRAD_ENABLED = 1
    integer(wb_grad_flag), parameter :: WB_GRAD_REQUIRED = 2
    integer(wb_grad_flag), parameter :: WB_GRAD_BFLOAT16 = 4
    integer(wb_grad_flag), parameter :: WB_GRAD_CAPTURE = 8
    integer(wb_grad_flag), parameter :: WB_GRAD_TRANSFORM = 16
    integer(wb_grad_flag), parameter :: WB_GRAD_WATCHED = 32
    integer(wb_grad_flag), parameter :: WB_GRAD_FLOAT16 = 64
    integer(wb_grad_flag), parameter :: WB_GRAD_FLOAT64 = 128
    integer(wb_grad_flag), parameter :: WB_GRAD_TRAINING = 256
    integer(wb_grad_flag), parameter :: WB_GRAD_EVALUATION = 512

    integer, parameter :: wb_block_change = c_int
    integer(wb_block_change), parameter :: WB_BLOCK_GRAD_OFF = 1
    integer(wb_block_change), parameter :: WB_BLOCK_GRAD_ON = 2
    integer(wb_block_change), parameter :: WB_BLOCK_FLOAT32 = 4
    integer(wb_block_change), parameter :: WB_BLOCK_BFLOAT16 = 8
    integer(wb_block_change), parameter :: WB_BLOCK_TRANSFORM = 16
    integer(wb_block_change), parameter :: WB_BLOCK_THEN_GRAD_OFF = 32
    integer(wb_block_change), parameter :: WB_BLOCK_THEN_GRAD_ON = 64
    integer(wb_block_change), parameter :: WB_BLOCK_FLOAT16 = 128
    integer(wb_block_change), parameter :: WB_BLOCK_TRAINING = 256
    integer(wb_block_change), parameter :: WB_BLOCK_EVALUATION = 512

    integer, parameter :: wb_registry = c_int
    integer(wb_registry), parameter :: WB_REGISTRY_LAYERS = 0
    integer(wb_registry), parameter :: WB_REGISTRY_LOSSES = 1
    integer(wb_registry), parameter :: WB_REGISTRY_OPTIMIZERS = 2
    integer(wb_registry), parameter :: WB_REGISTRY_FUNCTIONS = 3
    integer(wb_registry), parameter :: WB_REGISTRY_SCHEDULES = 4

    integer, parameter :: wb_initializer = c_int
    integer(wb_initializer), parameter :: WB_INITIALIZER_CONSTANT = 0
    integer(wb_initializer), parameter :: WB_INITIALIZER_UNIFORM = 1
    integer(wb_initializer), parameter :: WB_INITIALIZER_NORMAL = 2
    integer(wb_initializer), parameter :: WB_INITIALIZER_XAVIER_UNIFORM = 3
    integer(wb_initializer), parameter :: WB_INITIALIZER_XAVIER_NORMAL = 4
    integer(wb_initializer), parameter :: WB_INITIALIZER_KAIMING_UNIFORM = 5
    integer(wb_initializer), parameter :: WB_INITIALIZER_KAIMING_NORMAL = 6
    integer(wb_initializer), parameter :: WB_INITIALIZER_LECUN_NORMAL = 7
    integer(wb_initializer), parameter :: WB_INITIALIZER_LINEAR_DEFAULT = 8
    integer(wb_initializer), parameter :: WB_INITIALIZER_KAIMING_UNIFORM_FAN_OUT = 9
    integer(wb_initializer), parameter :: WB_INITIALIZER_KAIMING_NORMAL_FAN_OUT = 10
    integer(wb_initializer), parameter :: WB_INITIALIZER_EYE = 11
    integer(wb_initializer), parameter :: WB_INITIALIZER_DIRAC = 12
    integer(wb_initializer), parameter :: WB_INITIALIZER_ORTHOGONAL = 13
    integer(wb_initializer), parameter :: WB_INITIALIZER_SPARSE = 14

    integer, parameter :: wb_row_split = c_int
    integer(wb_row_split), parameter :: WB_ROW_SPLIT_RANDOM = 0
    integer(wb_row_split), parameter :: WB_ROW_SPLIT_TIME = 1
    integer(wb_row_split), parameter :: WB_ROW_SPLIT_GROUPS = 2

    integer, parameter :: wb_shuffle = c_int
    integer(wb_shuffle), parameter :: WB_SHUFFLE_NONE = 0
    integer(wb_shuffle), parameter :: WB_SHUFFLE_EXACT = 1
    integer(wb_shuffle), parameter :: WB_SHUFFLE_CHUNKS = 2
    integer(wb_shuffle), parameter :: WB_SHUFFLE_AUTO = 3

    integer, parameter :: wb_schedule_when = c_int
    integer(wb_schedule_when), parameter :: WB_SCHEDULE_EACH_EPOCH = 0
    integer(wb_schedule_when), parameter :: WB_SCHEDULE_EACH_STEP = 1

    integer, parameter :: wb_trainer_option = c_int
    integer(wb_trainer_option), parameter :: WB_TRAINER_EPOCHS = 0
    integer(wb_trainer_option), parameter :: WB_TRAINER_BATCH_SIZE = 1
    integer(wb_trainer_option), parameter :: WB_TRAINER_SHUFFLE = 2
    integer(wb_trainer_option), parameter :: WB_TRAINER_SEED = 3
    integer(wb_trainer_option), parameter :: WB_TRAINER_PATIENCE = 4
    integer(wb_trainer_option), parameter :: WB_TRAINER_MIN_DELTA = 5
    integer(wb_trainer_option), parameter :: WB_TRAINER_CHECK_FINITE = 6
    integer(wb_trainer_option), parameter :: WB_TRAINER_REPORT_EVERY = 7
    integer(wb_trainer_option), parameter :: WB_TRAINER_MAX_STEPS = 8
    integer(wb_trainer_option), parameter :: WB_TRAINER_RESTORE_BEST = 9
    integer(wb_trainer_option), parameter :: WB_TRAINER_DROP_LAST = 10

    integer, parameter :: wb_stop_reason = c_int
    integer(wb_stop_reason), parameter :: WB_STOP_EPOCHS = 0
    integer(wb_stop_reason), parameter :: WB_STOP_PATIENCE = 1
    integer(wb_stop_reason), parameter :: WB_STOP_CALLBACK = 2
    integer(wb_stop_reason), parameter :: WB_STOP_STEPS = 3

    integer, parameter :: wb_value_kind = c_int
    integer(wb_value_kind), parameter :: WB_VALUE_NONE = 0
    integer(wb_value_kind), parameter :: WB_VALUE_KIND_VALUE_TEXT = 1 ! in C WB_VALUE_TEXT
    integer(wb_value_kind), parameter :: WB_VALUE_KIND_VALUE_ARRAY = 2 ! in C WB_VALUE_ARRAY
    integer(wb_value_kind), parameter :: WB_VALUE_TEXTS = 3
    integer(wb_value_kind), parameter :: WB_VALUE_LIST = 4
    integer(wb_value_kind), parameter :: WB_VALUE_RECORDS = 5
    integer(wb_value_kind), parameter :: WB_VALUE_MAP = 6
    integer(wb_value_kind), parameter :: WB_VALUE_UNREAD = 7

    integer, parameter :: wb_read_option = c_int
    integer(wb_read_option), parameter :: WB_READ_PLAIN = 0
    integer(wb_read_option), parameter :: WB_READ_RAW = 1
    integer(wb_read_option), parameter :: WB_READ_TURNED = 2
    integer(wb_read_option), parameter :: WB_READ_SCALED = 4

    ! Of the header that this file was written from; what wb_abi_version() gives.
    integer(c_int32_t), parameter :: WB_HEADER_ABI_VERSION = 2

    type, bind(C) :: wb_tensor
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_module
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_optimizer
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_dataset
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_batches
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_program
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_trainer
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_recording
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_schedule
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_checkpoints
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_writer
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_value
        type(c_ptr) :: handle = c_null_ptr
    end type

    type, bind(C) :: wb_progress
        integer(c_int64_t) :: epoch
        integer(c_int64_t) :: epochs
        integer(c_int64_t) :: step
        integer(c_int64_t) :: steps_per_epoch
        integer(c_int64_t) :: total_steps
        real(c_double) :: loss
        real(c_double) :: accuracy
        real(c_double) :: validation_loss
        real(c_double) :: validation_accuracy
        real(c_double) :: seconds
        integer(c_int32_t) :: epoch_ended
        integer(c_int32_t) :: improved
        integer(c_int32_t) :: metric_count
        type(c_ptr) :: metrics
        type(c_ptr) :: validation_metrics
    end type

    ! ------------------------------------------------------------ procedures that the library calls

    abstract interface

        ! Receives one line (UTF-8, no newline) for each event that is worth a log and no error: OpenBLAS is not there,
        ! the system refuses memory for machine code and loops are interpreted, a training step is captured again for
        ! batches of another size, a temporary file of a process that was killed has been removed.
        subroutine wb_log_callback(context, line) bind(C)
            import
            type(c_ptr), value :: context
            type(c_ptr), value :: line
        end subroutine

        ! Called once, when the library no longer reads borrowed memory: at the end of the call that drops the last use,
        ! on that call's thread.
        subroutine wb_release_callback(context) bind(C)
            import
            type(c_ptr), value :: context
        end subroutine

        ! For hosts with signals' handlers of their own.
        function wb_run_callback(context, event) bind(C) result(status)
            import
            type(c_ptr), value :: context
            integer(wb_run_event), value :: event
            integer(wb_status) :: status
        end function

        ! Derivative rules from outside the library.
        function wb_vjp_callback(context, outputs, cotangents, output_count, needed, gradients, input_count) bind(C) &
            result(status)
            import
            type(c_ptr), value :: context
            type(wb_tensor), intent(in) :: outputs(*)
            type(wb_tensor), intent(in) :: cotangents(*)
            integer(c_int32_t), value :: output_count
            integer(c_int32_t), intent(in) :: needed(*)
            type(wb_tensor), intent(inout) :: gradients(*)
            integer(c_int32_t), value :: input_count
            integer(wb_status) :: status
        end function

        function wb_jvp_callback(context, outputs, output_count, tangents, input_count, tangents_out) bind(C) &
            result(status)
            import
            type(c_ptr), value :: context
            type(wb_tensor), intent(in) :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_tensor), intent(in) :: tangents(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(inout) :: tangents_out(*)
            integer(wb_status) :: status
        end function

        ! Called with the gradient of a tensor when reverse mode has computed it, before it goes on.
        function wb_hook_callback(context, gradient, replacement) bind(C) result(status)
            import
            type(c_ptr), value :: context
            type(wb_tensor), value :: gradient
            type(wb_tensor), intent(inout) :: replacement
            integer(wb_status) :: status
        end function

        ! Writes where the host's code is at this moment, such as "model.py, line 12", to text[0 ... capacity - 1], with
        ! a null at its end: for sentences.
        subroutine wb_place_callback(context, text, capacity) bind(C)
            import
            type(c_ptr), value :: context
            type(c_ptr), value :: text
            integer(c_size_t), value :: capacity
        end subroutine

        ! A forward pass of the host's own.
        function wb_forward_callback(context, options, inputs, input_count, outputs, capacity, output_count) bind(C) &
            result(status)
            import
            type(c_ptr), value :: context
            type(c_ptr), value :: options
            type(wb_tensor), intent(in) :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(inout) :: outputs(*)
            integer(c_int32_t), value :: capacity
            integer(c_int32_t), intent(inout) :: output_count
            integer(wb_status) :: status
        end function

        ! Called after each forward pass of a module on any thread, outside of capture blocks, without the library's
        ! lock.
        function wb_module_callback(context, module, outputs, output_count) bind(C) result(status)
            import
            type(c_ptr), value :: context
            integer(c_int64_t), value :: module
            type(wb_tensor), intent(in) :: outputs(*)
            integer(c_int32_t), value :: output_count
            integer(wb_status) :: status
        end function

        ! Computes the loss and its gradients anew: it removes the gradients of before, records the loss, calls
        ! wb_backward, and writes the loss's handle, which is the library's from then on.
        function wb_closure_callback(context, loss) bind(C) result(status)
            import
            type(c_ptr), value :: context
            type(wb_tensor), intent(inout) :: loss
            integer(wb_status) :: status
        end function

        ! A number for a group (from 0) and an epoch, written to *factor.
        function wb_factor_callback(context, group, epoch, factor) bind(C) result(status)
            import
            type(c_ptr), value :: context
            integer(c_int32_t), value :: group
            integer(c_int64_t), value :: epoch
            real(c_double), intent(inout) :: factor
            integer(wb_status) :: status
        end function

        ! Called on the training thread; progress lives during the call.
        function wb_progress_callback(context, progress) bind(C) result(answer)
            import
            type(c_ptr), value :: context
            type(wb_progress), intent(in) :: progress
            integer(c_int32_t) :: answer
        end function
    end interface

    ! ------------------------------------------------------------ status, version, errors

    interface
        ! The library's version, like "0.1.0".
        function wb_version() bind(C) result(answer)
            import
            type(c_ptr) :: answer
        end function

        ! The ABI version the library was built with; compare with WB_ABI_VERSION.
        function wb_abi_version() bind(C) result(answer)
            import
            integer(c_int32_t) :: answer
        end function

        ! The sentence of this thread's last failed call; "" if none failed yet.
        function wb_last_error() bind(C) result(answer)
            import
            type(c_ptr) :: answer
        end function

        ! The name of a status, like "WB_ERROR_SHAPE".
        function wb_status_name(status) bind(C) result(answer)
            import
            integer(wb_status), value :: status
            type(c_ptr) :: answer
        end function

        ! Number of threads that computations use, 1 to 256 (else WB_ERROR_ARGUMENT).
        function wb_set_num_threads(count) bind(C) result(status)
            import
            integer(c_int32_t), value :: count
            integer(wb_status) :: status
        end function

        function wb_get_num_threads(count) bind(C) result(status)
            import
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function

        ! With 1, every loss that wb_backward and wb_trainer_fit compute is checked: NaN or infinity gives
        ! WB_ERROR_NOT_FINITE before any gradient or parameter is touched.
        function wb_set_check_finite(enabled) bind(C) result(status)
            import
            integer(c_int32_t), value :: enabled
            integer(wb_status) :: status
        end function

        ! Bytes of tensor memory now in use, the highest use so far, and bytes kept for reuse.
        function wb_memory_usage(in_use, peak, cached) bind(C) result(status)
            import
            integer(c_int64_t), intent(inout), optional :: in_use
            integer(c_int64_t), intent(inout), optional :: peak
            integer(c_int64_t), intent(inout), optional :: cached
            integer(wb_status) :: status
        end function

        ! Gives memory kept for reuse back to the system.
        function wb_memory_trim() bind(C) result(status)
            import
            integer(wb_status) :: status
        end function

        ! Sets the log callback for all threads; NULL removes it.
        function wb_set_log_callback(callback, context) bind(C) result(status)
            import
            type(c_funptr), value :: callback
            type(c_ptr), value :: context
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ scopes

    interface
        ! Opens a scope: every handle that this thread makes from now on is freed by the matching wb_scope_end, so that
        ! a training step needs no row of frees.
        function wb_scope_begin() bind(C) result(status)
            import
            integer(wb_status) :: status
        end function

        ! Closes the innermost scope of this thread and frees the handles made in it.
        function wb_scope_end() bind(C) result(status)
            import
            integer(wb_status) :: status
        end function

        ! Moves a tensor's handle out of the innermost scope, into the one around it or, if there is none, to the
        ! caller.
        function wb_scope_keep(tensor) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ tensors

    interface
        ! Bytes of one element; 0 for an unknown dtype.
        function wb_dtype_size(dtype) bind(C) result(answer)
            import
            integer(wb_dtype), value :: dtype
            integer(c_size_t) :: answer
        end function

        ! The dtype in which `a` and `b` meet, by PyTorch's rules: bool below integers below floats, and the wider of
        ! one kind; bfloat16 and float16 make float32.
        function wb_promote(a, b, result) bind(C) result(status)
            import
            integer(wb_dtype), value :: a
            integer(wb_dtype), value :: b
            integer(wb_dtype), intent(inout) :: result
            integer(wb_status) :: status
        end function

        ! The dtype in which `count` tensors meet: those without axes widen nothing within the kind of those with axes.
        function wb_result_type(tensors, count, result) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            integer(wb_dtype), intent(inout) :: result
            integer(wb_status) :: status
        end function

        ! Writes 1 if values of dtype `source` may become `target` by themselves, else 0: kinds may rise and not fall.
        function wb_can_cast(source, target, result) bind(C) result(status)
            import
            integer(wb_dtype), value :: source
            integer(wb_dtype), value :: target
            integer(c_int32_t), intent(inout) :: result
            integer(wb_status) :: status
        end function
    end interface

    ! A tensor of `shape` (up to 32 axes, extents from 0) holding a copy of `data`; NULL data means zeros.
    interface wb_tensor_create
        function wb_tensor_create(dtype, rank, shape, data, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            type(c_ptr), value :: data
            type(wb_tensor), intent(inout), optional :: tensor
            integer(wb_status) :: status
        end function
        procedure create_float32_0, create_float32_1, create_float32_2, create_float32_3, create_float32_4, &
            create_float32_5, create_float32_6, create_float32_7, create_float64_0, create_float64_1, &
            create_float64_2, create_float64_3, create_float64_4, create_float64_5, create_float64_6, &
            create_float64_7, create_int32_0, create_int32_1, create_int32_2, create_int32_3, create_int32_4, &
            create_int32_5, create_int32_6, create_int32_7, create_int64_0, create_int64_1, create_int64_2, &
            create_int64_3, create_int64_4, create_int64_5, create_int64_6, create_int64_7, create_uint8_0, &
            create_uint8_1, create_uint8_2, create_uint8_3, create_uint8_4, create_uint8_5, create_uint8_6, &
            create_uint8_7, create_bool_0, create_bool_1, create_bool_2, create_bool_3, create_bool_4, create_bool_5, &
            create_bool_6, create_bool_7, create_logical_0, create_logical_1, create_logical_2, create_logical_3, &
            create_logical_4, create_logical_5, create_logical_6, create_logical_7
    end interface

    interface
        ! Ends the call that runs, from another thread or a signal's handler (it is async-signal-safe): it returns
        ! WB_ERROR_INTERRUPTED, within about 0.1 s, and nothing has happened; wb_trainer_fit and wb_evaluate return
        ! after a whole step, and training can go on.
        subroutine wb_interrupt() bind(C)
            import
        end subroutine

        function wb_set_run_callback(callback, context, descriptor) bind(C) result(status)
            import
            type(c_funptr), value :: callback
            type(c_ptr), value :: context
            integer(c_int32_t), value :: descriptor
            integer(wb_status) :: status
        end function

        ! For hosts whose callbacks can be cut off before they return a value, as Python's are by an exception of a
        ! signal's handler.
        function wb_callback_confirms(callback) bind(C) result(status)
            import
            type(c_ptr), value :: callback
            integer(wb_status) :: status
        end function

        function wb_callback_done(result) bind(C) result(status)
            import
            integer(c_int32_t), value :: result
            integer(wb_status) :: status
        end function

        ! A tensor that reads `data` in place, without a copy.
        function wb_tensor_borrow(dtype, rank, shape, data, release, context, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            type(c_ptr), value :: data
            type(c_funptr), value :: release
            type(c_ptr), value :: context
            type(wb_tensor), intent(inout), optional :: tensor
            integer(wb_status) :: status
        end function

        ! A tensor of `shape` with every element `value` (converted to dtype as C does; a number that an integer dtype
        ! cannot hold gives an unspecified one).
        function wb_tensor_full(dtype, rank, shape, value, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            real(c_double), value :: value
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! The same of a whole number, exactly, which doubles beyond 2^53 are not; one that an integer dtype does not
        ! hold gives WB_ERROR_ARGUMENT.
        function wb_tensor_full_int64(dtype, rank, shape, value, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            integer(c_int64_t), value :: value
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! The values start, start + step, ... below stop: shape [ceil((stop - start) / step)], or [0].
        function wb_tensor_arange(dtype, start, stop, step, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            real(c_double), value :: start
            real(c_double), value :: stop
            real(c_double), value :: step
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        function wb_tensor_arange_int64(dtype, start, stop, step, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(c_int64_t), value :: start
            integer(c_int64_t), value :: stop
            integer(c_int64_t), value :: step
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! `count` numbers at equal distances from start to end, both among them: shape [count].
        function wb_tensor_linspace(dtype, start, end, count, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            real(c_double), value :: start
            real(c_double), value :: end
            integer(c_int64_t), value :: count
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        function wb_tensor_linspace_int64(dtype, start, end, count, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(c_int64_t), value :: start
            integer(c_int64_t), value :: end
            integer(c_int64_t), value :: count
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! Ones on the diagonal: shape [rows, columns].
        function wb_tensor_eye(dtype, rows, columns, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(c_int64_t), value :: rows
            integer(c_int64_t), value :: columns
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! grids[i]: vector (or scalar) i along axis i, repeated along those of the others: shape [n0, n1, ...].
        function wb_meshgrid(vectors, count, swap_first, grids) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: vectors(*)
            integer(c_int32_t), value :: count
            integer(c_int32_t), value :: swap_first
            type(wb_tensor), intent(inout) :: grids(*)
            integer(wb_status) :: status
        end function

        ! Frees the handle.
        function wb_tensor_free(tensor) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(wb_status) :: status
        end function

        function wb_tensor_dtype(tensor, dtype) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(wb_dtype), intent(inout), optional :: dtype
            integer(wb_status) :: status
        end function

        function wb_tensor_rank(tensor, rank) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int32_t), intent(inout), optional :: rank
            integer(wb_status) :: status
        end function

        ! Writes the extents to shape[0 ..< rank]; `capacity` is the number of elements that shape has room for
        ! (WB_ERROR_ARGUMENT if that is fewer than rank).
        function wb_tensor_shape(tensor, capacity, shape) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int32_t), value :: capacity
            integer(c_int64_t), intent(inout) :: shape(*)
            integer(wb_status) :: status
        end function

        ! Number of elements.
        function wb_tensor_count(tensor, count) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int64_t), intent(inout) :: count
            integer(wb_status) :: status
        end function

        ! dtype, rank, up to `capacity` extents and whether it requires gradients, in one call (for bindings); rank may
        ! exceed capacity.
        function wb_tensor_info(tensor, dtype, rank, capacity, shape, requires_grad) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(wb_dtype), intent(inout), optional :: dtype
            integer(c_int32_t), intent(inout), optional :: rank
            integer(c_int32_t), value :: capacity
            integer(c_int64_t), intent(inout), optional :: shape(*)
            integer(c_int32_t), intent(inout), optional :: requires_grad
            integer(wb_status) :: status
        end function
    end interface

    ! Computes the values and copies them, row-major, in the tensor's dtype, to `destination`; `bytes` must be count x
    ! element size.
    interface wb_tensor_read
        function wb_tensor_read(tensor, destination, bytes) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(c_ptr), value :: destination
            integer(c_size_t), value :: bytes
            integer(wb_status) :: status
        end function
        procedure read_float32_0, read_float32_1, read_float32_2, read_float32_3, read_float32_4, read_float32_5, &
            read_float32_6, read_float32_7, read_float64_0, read_float64_1, read_float64_2, read_float64_3, &
            read_float64_4, read_float64_5, read_float64_6, read_float64_7, read_int32_0, read_int32_1, read_int32_2, &
            read_int32_3, read_int32_4, read_int32_5, read_int32_6, read_int32_7, read_int64_0, read_int64_1, &
            read_int64_2, read_int64_3, read_int64_4, read_int64_5, read_int64_6, read_int64_7, read_uint8_0, &
            read_uint8_1, read_uint8_2, read_uint8_3, read_uint8_4, read_uint8_5, read_uint8_6, read_uint8_7, &
            read_bool_0, read_bool_1, read_bool_2, read_bool_3, read_bool_4, read_bool_5, read_bool_6, read_bool_7, &
            read_logical_0, read_logical_1, read_logical_2, read_logical_3, read_logical_4, read_logical_5, &
            read_logical_6, read_logical_7
    end interface

    interface
        ! Computes the values and gives their address: read-only, valid while this handle lives and is not written or
        ! stepped.
        function wb_tensor_data(tensor, data) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(c_ptr), intent(inout) :: data
            integer(wb_status) :: status
        end function

        ! The value of a tensor of one element (else WB_ERROR_SHAPE).
        function wb_tensor_item(tensor, value) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            real(c_double), intent(inout) :: value
            integer(wb_status) :: status
        end function

        function wb_tensor_item_int64(tensor, value) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int64_t), intent(inout) :: value
            integer(wb_status) :: status
        end function

        ! A number that all handles of one tensor share, and no other tensor that is in use has.
        function wb_tensor_identity(tensor, identity) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int64_t), intent(inout) :: identity
            integer(wb_status) :: status
        end function

        ! Replaces the tensor's values by a copy of `data` (same shape and dtype, `bytes` long).
        function wb_tensor_write(tensor, data, bytes) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(c_ptr), value :: data
            integer(c_size_t), value :: bytes
            integer(wb_status) :: status
        end function

        ! Points `tensor` at the values of `source` (same shape; cast to the tensor's dtype): an assignment in place,
        ! which reaches what `tensor` is a view of (see wb_reshape), and its views.
        function wb_tensor_assign(tensor, source) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(wb_tensor), value :: source
            integer(wb_status) :: status
        end function

        ! Whether wb_backward collects a gradient for this tensor.
        function wb_tensor_set_requires_grad(tensor, requires_grad) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int32_t), value :: requires_grad
            integer(wb_status) :: status
        end function

        function wb_tensor_get_requires_grad(tensor, requires_grad) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int32_t), intent(inout) :: requires_grad
            integer(wb_status) :: status
        end function

        ! 1 if the tensor was computed from nothing that requires gradients, or is itself where gradients are collected.
        function wb_tensor_is_leaf(tensor, is_leaf) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int32_t), intent(inout) :: is_leaf
            integer(wb_status) :: status
        end function

        ! The collected gradient, of the tensor's shape and dtype; *gradient is NULL if there is none.
        function wb_tensor_grad(tensor, gradient) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(wb_tensor), intent(inout), optional :: gradient
            integer(wb_status) :: status
        end function

        ! Replaces the collected gradient; NULL removes it.
        function wb_tensor_set_grad(tensor, gradient) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(wb_tensor), value :: gradient
            integer(wb_status) :: status
        end function

        ! The same values, cut off from the graph: a constant for derivatives, and unchanged by later writes to
        ! `tensor`.
        function wb_tensor_detach(tensor, detached) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(wb_tensor), intent(inout) :: detached
            integer(wb_status) :: status
        end function

        ! A view of all of `tensor` (see wb_reshape) that is a constant for derivatives, as PyTorch's detach(): what is
        ! written to one of the two reaches the other, also where `tensor` is a leaf that requires gradients.
        function wb_tensor_share(tensor, shared) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(wb_tensor), intent(inout) :: shared
            integer(wb_status) :: status
        end function

        ! Computes the values of all given tensors in one plan.
        function wb_eval(tensors, count) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ random numbers

    interface
        ! Seeds the default generator, from which random tensors, initialisers, dropout and the orders of
        ! wb_batches_create with epoch -1 draw.
        function wb_manual_seed(seed) bind(C) result(status)
            import
            integer(c_int64_t), value :: seed
            integer(wb_status) :: status
        end function

        ! The default generator's state: its seed, and how many blocks of four 32-bit words have been drawn.
        function wb_get_random_state(seed, offset) bind(C) result(status)
            import
            integer(c_int64_t), intent(inout), optional :: seed
            integer(c_int64_t), intent(inout), optional :: offset
            integer(wb_status) :: status
        end function

        function wb_set_random_state(seed, offset) bind(C) result(status)
            import
            integer(c_int64_t), value :: seed
            integer(c_int64_t), value :: offset
            integer(wb_status) :: status
        end function

        ! A tensor of random numbers from the default generator.
        function wb_random(distribution, dtype, rank, shape, a, b, tensor) bind(C) result(status)
            import
            integer(wb_distribution), value :: distribution
            integer(wb_dtype), value :: dtype
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            real(c_double), value :: a
            real(c_double), value :: b
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! Whole numbers in [low, high), with bounds that doubles may not hold: WB_DISTRIBUTION_INTEGERS.
        function wb_random_int64(dtype, rank, shape, low, high, tensor) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            integer(c_int64_t), value :: low
            integer(c_int64_t), value :: high
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! A random permutation of 0 ... count - 1 from the default generator: int64 [count].
        function wb_random_permutation(count, tensor) bind(C) result(status)
            import
            integer(c_int64_t), value :: count
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! 1 with the probability that `probabilities` has at each place, else 0: of its shape and dtype (integers:
        ! float64).
        function wb_bernoulli(probabilities, tensor) bind(C) result(status)
            import
            type(wb_tensor), value :: probabilities
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function

        ! `count` indices, from 1, from each row of weights [n] or [rows, n] (floats, not negative, not necessarily of
        ! sum 1): int64 [count] or [rows, count].
        function wb_multinomial(weights, count, replacement, indices) bind(C) result(status)
            import
            type(wb_tensor), value :: weights
            integer(c_int64_t), value :: count
            integer(c_int32_t), value :: replacement
            type(wb_tensor), intent(inout) :: indices
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ operations

    interface
        function wb_unary(op, x, y) bind(C) result(status)
            import
            integer(wb_unary_op), value :: op
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The same, for operations with one parameter (WB_UNARY_LEAKY_RELU, WB_UNARY_ROUND, WB_UNARY_POLYGAMMA,
        ! WB_UNARY_ELU, WB_UNARY_CELU).
        function wb_unary_with(op, x, parameter, y) bind(C) result(status)
            import
            integer(wb_unary_op), value :: op
            type(wb_tensor), value :: x
            real(c_double), value :: parameter
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_binary(op, a, b, y) bind(C) result(status)
            import
            integer(wb_binary_op), value :: op
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! One side is a number, which takes the tensor's dtype as a Python number does (a number that an integer dtype
        ! cannot hold makes the result float32): op(x, value), or op(value, x) if `reversed` is 1.
        function wb_binary_scalar(op, x, value, reversed, y) bind(C) result(status)
            import
            integer(wb_binary_op), value :: op
            type(wb_tensor), value :: x
            real(c_double), value :: value
            integer(c_int32_t), value :: reversed
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! a where condition is true, else b.
        function wb_where(condition, a, b, y) bind(C) result(status)
            import
            type(wb_tensor), value :: condition
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! x moved to the nearer bound where it is outside `lower` ... `upper` (`upper` where they are the wrong way
        ! round); infinite bounds are none, NaN gives NaN.
        function wb_clamp(x, lower, upper, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            real(c_double), value :: lower
            real(c_double), value :: upper
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The same with bounds that broadcast with x; NULL: none.
        function wb_clamp_tensors(x, lower, upper, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), value :: lower
            type(wb_tensor), value :: upper
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! As wb_clamp, for lower <= upper (else WB_ERROR_ARGUMENT); WB_BOOL gives WB_ERROR_DTYPE.
        function wb_hardtanh(x, lower, upper, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            real(c_double), value :: lower
            real(c_double), value :: upper
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! log(1 + exp(beta x)) / beta, without overflow, and x where beta x is above `threshold` (INFINITY: nowhere).
        function wb_softplus(x, beta, threshold, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            real(c_double), value :: beta
            real(c_double), value :: threshold
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! x with NaN and infinities replaced; NaN for positive (negative) means the largest (smallest) number of the
        ! dtype.
        function wb_nan_to_num(x, nan, positive, negative, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            real(c_double), value :: nan
            real(c_double), value :: positive
            real(c_double), value :: negative
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! a + weight (b - a), exact at both ends.
        function wb_lerp(a, b, weight, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), value :: weight
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The elements of x as `dtype`, same shape: floats to integers are cut toward 0, anything but 0 is true.
        function wb_cast(x, dtype, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(wb_dtype), value :: dtype
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Matrix product over the last two axes; leading axes broadcast.
        function wb_matmul(a, b, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! x W^T + b.
        function wb_linear(x, weight, bias, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), value :: weight
            type(wb_tensor), value :: bias
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        function wb_product(op, a, b, y) bind(C) result(status)
            import
            integer(wb_product_op), value :: op
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function
    end interface

    ! Einstein's summation, as NumPy's: "ij,jk->ik" multiplies matrices, "ii" is the trace, "b...,...->b" names many
    ! axes at once.
    interface wb_einsum
        function wb_einsum(equation, tensors, count, y) bind(C) result(status)
            import
            type(c_ptr), value :: equation
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function
        procedure wb_einsum_string
    end interface

    interface
        ! The sum of the diagonal of a matrix [m, n] -> [].
        function wb_trace(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Linear algebra on the last two axes, floats, by LAPACK from OpenBLAS (libopenblas.so.0), which is loaded when
        ! first needed: WB_ERROR_UNSUPPORTED on a machine without it.
        function wb_inverse(a, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        function wb_det(a, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        function wb_slogdet(a, sign, logarithm) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), intent(inout), optional :: sign
            type(wb_tensor), intent(inout), optional :: logarithm
            integer(wb_status) :: status
        end function

        ! X of A X = B, or with left 0 of X A = B; leading axes broadcast.
        function wb_solve(a, b, left, x) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            integer(c_int32_t), value :: left
            type(wb_tensor), intent(inout) :: x
            integer(wb_status) :: status
        end function

        ! As wb_solve, where only the upper (upper 0: lower) triangle of a is read, and with unitriangular 1 its
        ! diagonal as ones; b is a vector if it has one axis.
        function wb_triangular_solve(a, b, upper, left, unitriangular, x) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            integer(c_int32_t), value :: upper
            integer(c_int32_t), value :: left
            integer(c_int32_t), value :: unitriangular
            type(wb_tensor), intent(inout) :: x
            integer(wb_status) :: status
        end function

        ! The lower triangular L of A = L L^T, or with upper 1 the upper triangular U of A = U^T U.
        function wb_cholesky(a, upper, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            integer(c_int32_t), value :: upper
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Decompositions of matrices a: [..., m, n], with k = min(m, n); by LAPACK, as above.
        function wb_qr(a, q, r) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), intent(inout), optional :: q
            type(wb_tensor), intent(inout), optional :: r
            integer(wb_status) :: status
        end function

        ! A = V diag(values) V^T of symmetric matrices (m = n): values [..., n] in ascending order, vectors V [..., n,
        ! n] as columns.
        function wb_eigh(a, upper, values, vectors) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            integer(c_int32_t), value :: upper
            type(wb_tensor), intent(inout), optional :: values
            type(wb_tensor), intent(inout), optional :: vectors
            integer(wb_status) :: status
        end function

        ! A = U diag(values) V^T: u [..., m, k], values [..., k] in descending order, vt [..., k, n].
        function wb_svd(a, u, values, vt) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), intent(inout), optional :: u
            type(wb_tensor), intent(inout), optional :: values
            type(wb_tensor), intent(inout), optional :: vt
            integer(wb_status) :: status
        end function

        ! Reduces over `axes` (NULL with axis_count 0: all axes).
        function wb_reduce(op, x, axes, axis_count, keepdims, y) bind(C) result(status)
            import
            integer(wb_reduce_op), value :: op
            type(wb_tensor), value :: x
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: axis_count
            integer(c_int32_t), value :: keepdims
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! The mean square of the distances from the mean, where the sum is divided by the number of elements less
        ! `correction` (1: unbiased, 0: of the elements themselves; NaN or infinite where nothing is left), and its
        ! square root, whose derivative where it is 0 is 0.
        function wb_var(x, axes, axis_count, correction, keepdims, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: axis_count
            real(c_double), value :: correction
            integer(c_int32_t), value :: keepdims
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_std(x, axes, axis_count, correction, keepdims, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: axis_count
            real(c_double), value :: correction
            integer(c_int32_t), value :: keepdims
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! (sum |x|^p)^(1/p); for p 0 how many elements are not 0, for INFINITY (-INFINITY) the largest (smallest) |x|.
        function wb_norm(x, p, axes, axis_count, keepdims, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            real(c_double), value :: p
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: axis_count
            integer(c_int32_t), value :: keepdims
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! y[k] = x[0] + ... + x[k], and x[0] ... x[k] multiplied, along axis; of the shape of x.
        function wb_cumsum(x, axis, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_cumprod(x, axis, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The elements along axis in ascending order (descending 1: descending), and their places (int64), both of the
        ! shape of x.
        function wb_sort(x, axis, descending, values, indices) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            integer(c_int32_t), value :: descending
            type(wb_tensor), intent(inout), optional :: values
            type(wb_tensor), intent(inout), optional :: indices
            integer(wb_status) :: status
        end function

        ! The first k of wb_sort, largest 1: the k largest in descending order, 0: the k smallest in ascending order;
        ! the extent of axis becomes k.
        function wb_topk(x, k, axis, largest, values, indices) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), value :: k
            integer(c_int32_t), value :: axis
            integer(c_int32_t), value :: largest
            type(wb_tensor), intent(inout), optional :: values
            type(wb_tensor), intent(inout), optional :: indices
            integer(wb_status) :: status
        end function

        ! The distinct elements of x in ascending order (values [n]; derivatives go to the first of equal ones), for
        ! each element of x its place among them (inverse, int64, of x's shape), and how often each occurs (counts,
        ! int64 [n]).
        function wb_unique(x, values, inverse, counts) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout), optional :: values
            type(wb_tensor), intent(inout), optional :: inverse
            type(wb_tensor), intent(inout), optional :: counts
            integer(wb_status) :: status
        end function

        ! The same of the slices along axis: the distinct ones in the order of their first elements, of equal ones of
        ! their second, and so on (values: x's shape, but [n] along axis), for each slice its place among them (inverse
        ! [extent of axis]), and how often each occurs (counts [n]).
        function wb_unique_along(x, axis, values, inverse, counts) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), intent(inout), optional :: values
            type(wb_tensor), intent(inout), optional :: inverse
            type(wb_tensor), intent(inout), optional :: counts
            integer(wb_status) :: status
        end function

        ! exp(x) / sum(exp(x)) along axis, and its logarithm; both without overflow.
        function wb_softmax(x, axis, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_log_softmax(x, axis, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Same elements in row-major order; one extent may be -1 and is then deduced.
        function wb_reshape(x, rank, shape, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Axis i of y is axis axes[i] of x.
        function wb_permute(x, axes, axis_count, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: axis_count
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! x repeated along new leading axes and axes of extent 1, as NumPy's broadcast_to.
        function wb_broadcast_to(x, rank, shape, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Joins `count` tensors (1 at least) along an existing axis; their other extents are equal.
        function wb_concatenate(tensors, count, axis, y) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            integer(c_int32_t), value :: axis
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Elements start, start + step, ... before stop along axis, as Python's x[start:stop:step] with step != 0.
        function wb_slice(x, axis, start, stop, step, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            integer(c_int64_t), value :: start
            integer(c_int64_t), value :: stop
            integer(c_int64_t), value :: step
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Short forms of wb_binary, wb_unary and, over all axes, wb_reduce.
        function wb_add(a, b, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_subtract(a, b, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_multiply(a, b, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_divide(a, b, y) bind(C) result(status)
            import
            type(wb_tensor), value :: a
            type(wb_tensor), value :: b
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_exp(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_log(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_sqrt(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_square(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_tanh(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_sigmoid(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_relu(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_sum(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_mean(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ shapes

    interface
        ! Axes start to end (both included) as one.
        function wb_flatten(x, start, end, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: start
            integer(c_int32_t), value :: end
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! One axis as `rank` axes of the given extents, of which one may be -1 and is deduced.
        function wb_unflatten(x, axis, rank, shape, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Without those of `axes` that have extent 1 (NULL with axis_count 0: without all that have).
        function wb_squeeze(x, axes, axis_count, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: axis_count
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! With a new axis of extent 1, which is axis `axis` of y.
        function wb_unsqueeze(x, axis, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! With two axes exchanged.
        function wb_transpose(x, axis0, axis1, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis0
            integer(c_int32_t), value :: axis1
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Axis sources[i] of x is axis destinations[i] of y; the others keep their order.
        function wb_movedim(x, sources, destinations, count, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), intent(in), optional :: sources(*)
            integer(c_int32_t), intent(in), optional :: destinations(*)
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! As wb_broadcast_to, where -1 keeps an extent.
        function wb_expand(x, rank, shape, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! x counts[i] times in a row along axis i.
        function wb_repeat(x, counts, count, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), intent(in), optional :: counts(*)
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The same with any number of counts: those that are missing in front are 1.
        function wb_tile(x, counts, count, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), intent(in), optional :: counts(*)
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Joins `count` tensors (1 at least): of one shape, along a new axis `axis`; along axis 1 (vectors: axis 0;
        ! scalars are vectors); along axis 0 (scalars and vectors are rows of a matrix).
        function wb_stack(tensors, count, axis, y) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            integer(c_int32_t), value :: axis
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_hstack(tensors, count, y) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_vstack(tensors, count, y) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Cuts x along axis into `count` parts of the given extents, which add up to its own.
        function wb_split(x, axis, extents, count, parts) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            integer(c_int64_t), intent(in), optional :: extents(*)
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout) :: parts(*)
            integer(wb_status) :: status
        end function

        ! The slices of x along axis, which goes.
        function wb_unbind(x, axis, count, parts) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout) :: parts(*)
            integer(wb_status) :: status
        end function

        ! The elements in reverse order along axes (NULL with axis_count 0: along all).
        function wb_flip(x, axes, axis_count, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: axis_count
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! Element i of axis axes[k] goes to i + shifts[k]; what leaves at the end comes in at the beginning.
        function wb_roll(x, shifts, axes, count, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), intent(in), optional :: shifts(*)
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: count
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! With widths[2k] elements more before and widths[2k + 1] after those of the k-th axis from the end, for `count`
        ! axes; negative widths take elements away.
        function wb_pad(x, widths, count, mode, value, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), intent(in), optional :: widths(*)
            integer(c_int32_t), value :: count
            integer(wb_pad_mode), value :: mode
            real(c_double), value :: value
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The same with a whole number, exactly; one that x's integer dtype does not hold gives WB_ERROR_ARGUMENT.
        function wb_pad_int64(x, widths, count, mode, value, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), intent(in), optional :: widths(*)
            integer(c_int32_t), value :: count
            integer(wb_pad_mode), value :: mode
            integer(c_int64_t), value :: value
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! x with zeros above (tril) or below (triu) diagonal `offset` of the matrices in its last two axes.
        function wb_tril(x, offset, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), value :: offset
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        function wb_triu(x, offset, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), value :: offset
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Diagonal `offset` (above the main one if positive) of the matrices over two axes, as the last axis of y.
        function wb_diagonal(x, offset, axis0, axis1, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), value :: offset
            integer(c_int32_t), value :: axis0
            integer(c_int32_t), value :: axis1
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! A vector as diagonal `offset` of a matrix of zeros; of a matrix, its diagonal.
        function wb_diag(x, offset, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int64_t), value :: offset
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ indices and masks

    interface
        ! x[entry 0, entry 1, ...] as NumPy reads it: `count` entries, which name at most as many axes as x has (else
        ! WB_ERROR_INDEX).
        function wb_index(x, count, kinds, numbers, tensors, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: count
            integer(wb_index_kind), intent(in), optional :: kinds(*)
            integer(c_int64_t), intent(in), optional :: numbers(*)
            type(wb_tensor), intent(in), optional :: tensors(*)
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! x[entry 0, entry 1, ...] = value: points x at its old values with those that wb_index picks replaced by
        ! `value`, which broadcasts to them and is cast to x's dtype.
        function wb_index_assign(x, count, kinds, numbers, tensors, value) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: count
            integer(wb_index_kind), intent(in), optional :: kinds(*)
            integer(c_int64_t), intent(in), optional :: numbers(*)
            type(wb_tensor), intent(in), optional :: tensors(*)
            type(wb_tensor), value :: value
            integer(wb_status) :: status
        end function

        ! Rows of x along axis picked by index (any rank): shape of x with the axis replaced by the shape of index.
        function wb_index_select(x, axis, index, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), value :: index
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! y[i][j][k] = x[i][index[i][j][k]][k] for axis 1: index has x's rank, and the two broadcast together but along
        ! axis.
        function wb_take_along_axis(x, axis, index, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), value :: index
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The same without broadcasting: y has the shape of index, which may be smaller than x along the other axes.
        function wb_gather(x, axis, index, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), value :: index
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! x with x[i][index[i][j][k]][k] = source[i][j][k] for axis 1.
        function wb_scatter(x, axis, index, source, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), value :: index
            type(wb_tensor), value :: source
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The same with += .
        function wb_scatter_add(x, axis, index, source, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            integer(c_int32_t), value :: axis
            type(wb_tensor), value :: index
            type(wb_tensor), value :: source
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! value (cast to x's dtype) where mask is true, else x.
        function wb_masked_fill(x, mask, value, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), value :: mask
            type(wb_tensor), value :: value
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The elements of x where mask is true, of the two broadcast together: 1-D.
        function wb_masked_select(x, mask, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), value :: mask
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! The places of the elements that are not 0, in row-major order: int64 [count, rank].
        function wb_nonzero(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! 1 where the label says and 0 elsewhere, along a new last axis of `classes`; classes -1: one more than the
        ! largest label, which is computed at once.
        function wb_one_hot(labels, classes, dtype, y) bind(C) result(status)
            import
            type(wb_tensor), value :: labels
            integer(c_int64_t), value :: classes
            integer(wb_dtype), value :: dtype
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ functions by name

    ! Calls a function of tensors: those of docs/operations.md, losses among them.
    interface wb_call
        function wb_call(call, inputs, input_count, outputs, capacity, output_count) bind(C) result(status)
            import
            type(c_ptr), value :: call
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(inout), optional :: outputs(*)
            integer(c_int32_t), value :: capacity
            integer(c_int32_t), intent(inout), optional :: output_count
            integer(wb_status) :: status
        end function
        procedure wb_call_string
    end interface

    ! ------------------------------------------------------------ derivatives

    interface
        ! Adds d(root)/d(leaf) to the collected gradient (wb_tensor_grad) of every leaf that requires gradients.
        function wb_backward(root, gradient, retain_graph) bind(C) result(status)
            import
            type(wb_tensor), value :: root
            type(wb_tensor), value :: gradient
            integer(c_int32_t), value :: retain_graph
            integer(wb_status) :: status
        end function

        ! Reverse mode: gradients[j] = sum_i (d outputs[i] / d inputs[j])^T cotangents[i], of the shape of inputs[j].
        function wb_grad(outputs, output_count, inputs, input_count, cotangents, create_graph, allow_unused, &
            gradients) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(in), optional :: cotangents(*)
            integer(c_int32_t), value :: create_graph
            integer(c_int32_t), value :: allow_unused
            type(wb_tensor), intent(inout), optional :: gradients(*)
            integer(wb_status) :: status
        end function

        ! Forward mode: tangents_out[i] = sum_j (d outputs[i] / d inputs[j]) tangents[j], of the shape of outputs[i];
        ! zeros where outputs[i] depends on no input.
        function wb_jvp(outputs, output_count, inputs, input_count, tangents, tangents_out) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(in), optional :: tangents(*)
            type(wb_tensor), intent(inout) :: tangents_out(*)
            integer(wb_status) :: status
        end function

        ! Taylor mode (Griewank and Walther 2008, Evaluating Derivatives, chapter 13): all derivatives up to `order`
        ! along a curve, in one pass whose cost grows with the square of the order at most, where wb_jvp of wb_jvp
        ! doubles with each.
        function wb_taylor(outputs, output_count, inputs, input_count, directions, direction_count, order, &
            derivatives) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(in), optional :: directions(*)
            integer(c_int32_t), value :: direction_count
            integer(c_int32_t), value :: order
            type(wb_tensor), intent(inout), optional :: derivatives(*)
            integer(wb_status) :: status
        end function

        ! Hessian-vector products of a scalar output, forward over reverse: products[j] = sum_k (d^2 output / d
        ! inputs[j] d inputs[k]) vectors[k].
        function wb_hvp(output, inputs, input_count, vectors, products) bind(C) result(status)
            import
            type(wb_tensor), value :: output
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(in), optional :: vectors(*)
            type(wb_tensor), intent(inout) :: products(*)
            integer(wb_status) :: status
        end function

        ! A fresh variable with the values of x, for writing transforms: y requires gradients and depends on x, so that
        ! derivatives with respect to y treat everything else as constant, and derivatives with respect to x pass
        ! through.
        function wb_variable(x, y) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! An operation with derivatives of the caller's: results[i] has the value of outputs[i], recorded before from
        ! the inputs (best under wb_set_grad_enabled(0)), and the derivatives that the rules give.
        function wb_custom(inputs, input_count, outputs, output_count, vjp, jvp, release, context, results) bind(C) &
            result(status)
            import
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(c_funptr), value :: vjp
            type(c_funptr), value :: jvp
            type(c_funptr), value :: release
            type(c_ptr), value :: context
            type(wb_tensor), intent(inout), optional :: results(*)
            integer(wb_status) :: status
        end function

        ! Calls the hook for each gradient of this tensor from now on: for a leaf, whatever value it takes later; for a
        ! computed tensor, as long as its graph lives.
        function wb_tensor_register_hook(tensor, hook, release, context) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            type(c_funptr), value :: hook
            type(c_funptr), value :: release
            type(c_ptr), value :: context
            integer(wb_status) :: status
        end function

        ! Gradient checkpointing (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"): results with the
        ! values of outputs[i], whose graph stores the inputs of the function alone; each derivative computes the rest
        ! again, the same bits, random numbers included.
        function wb_checkpoint(variables, variable_count, outputs, output_count, results) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: variables(*)
            integer(c_int32_t), value :: variable_count
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_tensor), intent(inout) :: results(*)
            integer(wb_status) :: status
        end function

        ! Opens a block on this thread.
        function wb_vmap_begin(tensors, axes, count, randomness, variables) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: count
            integer(wb_randomness), value :: randomness
            type(wb_tensor), intent(inout) :: variables(*)
            integer(wb_status) :: status
        end function

        ! Closes the innermost block.
        function wb_vmap_end(outputs, axes, count, chunk_size, results) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), intent(in), optional :: axes(*)
            integer(c_int32_t), value :: count
            integer(c_int64_t), value :: chunk_size
            type(wb_tensor), intent(inout) :: results(*)
            integer(wb_status) :: status
        end function

        ! Leaves the innermost block; nothing has happened.
        function wb_vmap_cancel() bind(C) result(status)
            import
            integer(wb_status) :: status
        end function

        ! A chain of reversible blocks (Gomez et al. 2017, "The Reversible Residual Network"): of each, y1 = x1 + F(x2),
        ! y2 = x2 + G(y1), and (y1, y2) is the next one's (x1, x2).
        function wb_reversible(x1, x2, f_variables, f_outputs, g_variables, g_outputs, block_count, y1, y2) bind(C) &
            result(status)
            import
            type(wb_tensor), value :: x1
            type(wb_tensor), value :: x2
            type(wb_tensor), intent(in), optional :: f_variables(*)
            type(wb_tensor), intent(in), optional :: f_outputs(*)
            type(wb_tensor), intent(in), optional :: g_variables(*)
            type(wb_tensor), intent(in), optional :: g_outputs(*)
            integer(c_int32_t), value :: block_count
            type(wb_tensor), intent(inout), optional :: y1
            type(wb_tensor), intent(inout), optional :: y2
            integer(wb_status) :: status
        end function

        ! What a recorded function reads from outside and derivatives pass through, such as parameters: for rules that
        ! have to differentiate by it.
        function wb_function_captures(variables, variable_count, outputs, output_count, captures, capacity, count) &
            bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: variables(*)
            integer(c_int32_t), value :: variable_count
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_tensor), intent(inout), optional :: captures(*)
            integer(c_int32_t), value :: capacity
            integer(c_int32_t), intent(inout), optional :: count
            integer(wb_status) :: status
        end function

        ! The recorded function on other tensors of the same values, shapes and dtypes: results[i] is outputs[i]
        ! recorded again with arguments in the place of the variables and then the captures, in their order.
        function wb_function_call(variables, variable_count, outputs, output_count, arguments, argument_count, &
            results) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: variables(*)
            integer(c_int32_t), value :: variable_count
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_tensor), intent(in), optional :: arguments(*)
            integer(c_int32_t), value :: argument_count
            type(wb_tensor), intent(inout) :: results(*)
            integer(wb_status) :: status
        end function

        ! 1 if a leaf that requires gradients stands behind the tensor (a wb_variable of a constant is not one).
        function wb_tensor_depends_on_leaf(tensor, depends) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(c_int32_t), intent(inout) :: depends
            integer(wb_status) :: status
        end function

        ! 1: each result is computed when it is recorded, and each gradient when it is derived; the first that holds NaN
        ! where nothing before it did ends the call with WB_ERROR_NOT_FINITE, and a sentence that names the operation
        ! and the place.
        function wb_set_anomaly_mode(enabled, place, context) bind(C) result(status)
            import
            integer(c_int32_t), value :: enabled
            type(c_funptr), value :: place
            type(c_ptr), value :: context
            integer(wb_status) :: status
        end function

        ! 0: operations recorded by this thread from now on are constants to derivatives.
        function wb_set_grad_enabled(enabled, previous) bind(C) result(status)
            import
            integer(c_int32_t), value :: enabled
            integer(c_int32_t), intent(inout), optional :: previous
            integer(wb_status) :: status
        end function

        function wb_get_grad_enabled(enabled) bind(C) result(status)
            import
            integer(c_int32_t), intent(inout), optional :: enabled
            integer(wb_status) :: status
        end function

        ! Mixed precision of the calls that this thread records from now on, for WB_BFLOAT16 or WB_FLOAT16; WB_FLOAT32,
        ! the default, is none, and any other dtype is WB_ERROR_DTYPE.
        function wb_set_autocast(dtype, previous) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(wb_dtype), intent(inout), optional :: previous
            integer(wb_status) :: status
        end function

        function wb_get_autocast(dtype) bind(C) result(status)
            import
            integer(wb_dtype), intent(inout), optional :: dtype
            integer(wb_status) :: status
        end function

        ! What functions of floats (division, exp, mean of bool, ...) make of whole numbers, and what a function of the
        ! table gives that takes a dtype and gets none: WB_FLOAT32 at first, or WB_FLOAT64; any other dtype is
        ! WB_ERROR_DTYPE.
        function wb_set_default_dtype(dtype, previous) bind(C) result(status)
            import
            integer(wb_dtype), value :: dtype
            integer(wb_dtype), intent(inout), optional :: previous
            integer(wb_status) :: status
        end function

        ! Opens a block with a sum of these changes; 0 for none.
        function wb_block_begin(changes) bind(C) result(status)
            import
            integer(c_int32_t), value :: changes
            integer(wb_status) :: status
        end function

        ! Ends this thread's innermost block (WB_ERROR_STATE if none is open).
        function wb_block_end() bind(C) result(status)
            import
            integer(wb_status) :: status
        end function

        ! For bindings that choose between a captured program and recording anew: writes the sum of the wb_grad_flags
        ! that hold to *flags.
        function wb_grad_flags(tensors, count, flags) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            integer(c_int32_t), intent(inout) :: flags
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ captured programs

    interface
        ! Opens a capture block on this thread (WB_ERROR_STATE if one is open).
        function wb_capture_begin(inputs, input_count) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            integer(wb_status) :: status
        end function

        ! For bindings: notes in the block that what is recorded depends on a module whose forward pass is the binding's
        ! own code.
        function wb_capture_depends(module) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(wb_status) :: status
        end function

        ! Closes the block.
        function wb_capture_end(outputs, output_count, program) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_program), intent(inout) :: program
            integer(wb_status) :: status
        end function

        ! Leaves the block; nothing has happened.
        function wb_capture_cancel() bind(C) result(status)
            import
            integer(wb_status) :: status
        end function

        ! Runs the program.
        function wb_program_run(program, inputs, input_count, outputs, output_count) bind(C) result(status)
            import
            type(wb_program), value :: program
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(inout) :: outputs(*)
            integer(c_int32_t), value :: output_count
            integer(wb_status) :: status
        end function

        ! For bindings that choose between a captured program and recording anew: wb_program_run, if all is as it was at
        ! capture: shapes and dtypes of the inputs, none of which requires gradients, and this thread's gradient mode
        ! and autocast; tensors and gradients from outside (what is WB_ERROR_STATE for wb_program_run); the modules that
        ! the block ran (mode, children, parameters, buffers, forward pass), the groups of optimisers, which of their
        ! settings are 0, and hooks.
        function wb_program_run_if_matching(program, inputs, memory, input_count, outputs, output_count, matches) &
            bind(C) result(status)
            import
            type(wb_program), value :: program
            type(wb_tensor), intent(in), optional :: inputs(*)
            type(c_ptr), intent(in), optional :: memory(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(inout), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            integer(c_int32_t), intent(inout), optional :: matches
            integer(wb_status) :: status
        end function

        ! wb_program_run, reading arguments from and writing results to the caller's memory (dense, row-major, of the
        ! captured shapes and dtypes, aligned to an element): no handle is made, and no input is written.
        function wb_program_run_pointers(program, inputs, input_count, outputs, output_count) bind(C) result(status)
            import
            type(wb_program), value :: program
            type(c_ptr), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(c_ptr), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            integer(wb_status) :: status
        end function

        ! The same, if all is as it was at capture, as for wb_program_run_if_matching, and no input is written.
        function wb_program_run_pointers_if_matching(program, inputs, input_count, outputs, output_count, matches) &
            bind(C) result(status)
            import
            type(wb_program), value :: program
            type(c_ptr), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(c_ptr), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            integer(c_int32_t), intent(inout) :: matches
            integer(wb_status) :: status
        end function

        ! For bindings which know that recording would give the same again although modules have changed: takes these as
        ! they are now for those of the capture.
        function wb_program_renew(program) bind(C) result(status)
            import
            type(wb_program), value :: program
            integer(wb_status) :: status
        end function

        ! Writes 1 to *writes if the block wrote input `index` in place, so that a run updates the tensor given for it.
        function wb_program_writes_input(program, index, writes) bind(C) result(status)
            import
            type(wb_program), value :: program
            integer(c_int32_t), value :: index
            integer(c_int32_t), intent(inout) :: writes
            integer(wb_status) :: status
        end function

        ! For bindings: writes 1 to *collides if an input shares memory with another input or a tensor from outside (is
        ! the same, or a view of it), and the program writes to one of the two.
        function wb_program_collides(program, inputs, input_count, collides) bind(C) result(status)
            import
            type(wb_program), value :: program
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            integer(c_int32_t), intent(inout) :: collides
            integer(wb_status) :: status
        end function
    end interface

    ! A text that lists the plan, a line for each step: floating-point operations (of matrix products), bytes read and
    ! written, the operations that it computes in one go, and the memory that it reads and writes.
    interface wb_program_explain
        function wb_program_explain(program, text) bind(C) result(status)
            import
            type(wb_program), value :: program
            type(c_ptr), intent(inout) :: text
            integer(wb_status) :: status
        end function
        procedure wb_program_explain_string
    end interface

    ! The same with the time of each step: microseconds, share, GFLOP/s of products, GB/s.
    interface wb_program_profile
        function wb_program_profile(program, inputs, input_count, text) bind(C) result(status)
            import
            type(wb_program), value :: program
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(c_ptr), intent(inout) :: text
            integer(wb_status) :: status
        end function
        procedure wb_program_profile_string
    end interface

    interface
        function wb_program_free(program) bind(C) result(status)
            import
            type(wb_program), value :: program
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ modules

    ! The module that an expression spells: PyTorch's constructor calls.
    interface wb_module_create
        function wb_module_create(expression, dtype, module) bind(C) result(status)
            import
            type(c_ptr), value :: expression
            integer(wb_dtype), value :: dtype
            type(wb_module), intent(inout) :: module
            integer(wb_status) :: status
        end function
        procedure wb_module_create_string
    end interface

    ! The expression that makes such a module again, with parameters of its own: what wb_module_create reads.
    interface wb_module_expression
        function wb_module_expression(module, expression) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), intent(inout) :: expression
            integer(wb_status) :: status
        end function
        procedure wb_module_expression_string
    end interface

    interface
        ! Applies its children in order; they are named "0", "1", ... Children may be added later with wb_module_add.
        function wb_module_sequential(children, count, module) bind(C) result(status)
            import
            type(wb_module), intent(in), optional :: children(*)
            integer(c_int32_t), value :: count
            type(wb_module), intent(inout) :: module
            integer(wb_status) :: status
        end function

        ! Has a Sequential's forward pass store the inputs of segments of its children alone, all but the last, and
        ! compute the rest again in derivatives (wb_checkpoint): the same bits.
        function wb_module_set_checkpoint(sequential, segments) bind(C) result(status)
            import
            type(wb_module), value :: sequential
            integer(c_int32_t), value :: segments
            integer(wb_status) :: status
        end function
    end interface

    ! A module of the host's: class_name is what it is called in descriptions and checkpoints.
    interface wb_module_host
        function wb_module_host(class_name, forward, release, context, module) bind(C) result(status)
            import
            type(c_ptr), value :: class_name
            type(c_funptr), value :: forward
            type(c_funptr), value :: release
            type(c_ptr), value :: context
            type(wb_module), intent(inout), optional :: module
            integer(wb_status) :: status
        end function
        procedure wb_module_host_string
    end interface

    ! Gives a module a forward pass of the host's in the place of its own, and another class name: what a subclass of a
    ! layer is.
    interface wb_module_set_forward
        function wb_module_set_forward(module, class_name, forward, release, context) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: class_name
            type(c_funptr), value :: forward
            type(c_funptr), value :: release
            type(c_ptr), value :: context
            integer(wb_status) :: status
        end function
        procedure wb_module_set_forward_string
    end interface

    interface
        ! The same for a layer that stays what it is in descriptions and checkpoints: for code around its own pass, such
        ! as hooks.
        function wb_module_wrap(module, forward, release, context) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_funptr), value :: forward
            type(c_funptr), value :: release
            type(c_ptr), value :: context
            integer(wb_status) :: status
        end function

        ! Notes that a module's forward pass in the host's code computes something else from now on, because of what
        ! only the host knows: programs that ran it are captured anew where the library or a binding does that.
        function wb_module_changed(module) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(wb_status) :: status
        end function
    end interface

    ! A text of the host's that is saved with the module, for what it needs to know of it when it is loaded; NULL for
    ! none.
    interface wb_module_set_note
        function wb_module_set_note(module, note) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: note
            integer(wb_status) :: status
        end function
        procedure wb_module_set_note_string
    end interface

    interface wb_module_note
        function wb_module_note(module, note) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), intent(inout) :: note
            integer(wb_status) :: status
        end function
        procedure wb_module_note_string
    end interface

    ! The layer of the registry that the module is, also where the host has given it another forward pass and class
    ! name; NULL for one that is the host's alone.
    interface wb_module_kind
        function wb_module_kind(module, kind) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), intent(inout) :: kind
            integer(wb_status) :: status
        end function
        procedure wb_module_kind_string
    end interface

    interface
        ! 1 if the module's own forward pass is the host's, whatever is in it.
        function wb_module_has_host(module, has) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), intent(inout) :: has
            integer(wb_status) :: status
        end function

        ! 1 if running the module, or any module in it, needs code of the host's.
        function wb_module_needs_host(module, needs) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), intent(inout) :: needs
            integer(wb_status) :: status
        end function

        ! Has forward passes watched: layer by layer, what comes out and, by wb_tensor_register_hook, what comes back.
        function wb_set_module_callback(callback, context) bind(C) result(status)
            import
            type(c_funptr), value :: callback
            type(c_ptr), value :: context
            integer(wb_status) :: status
        end function

        function wb_module_free(module) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(wb_status) :: status
        end function
    end interface

    ! Adds or replaces a child under `name` (not empty, no '.' and no '/').
    interface wb_module_add
        function wb_module_add(parent, name, child) bind(C) result(status)
            import
            type(wb_module), value :: parent
            type(c_ptr), value :: name
            type(wb_module), value :: child
            integer(wb_status) :: status
        end function
        procedure wb_module_add_string
    end interface

    ! Removes the child of that name (WB_ERROR_ARGUMENT if there is none).
    interface wb_module_remove
        function wb_module_remove(parent, name) bind(C) result(status)
            import
            type(wb_module), value :: parent
            type(c_ptr), value :: name
            integer(wb_status) :: status
        end function
        procedure wb_module_remove_string
    end interface

    ! Adds or replaces a parameter: a float leaf tensor, which is made to require gradients.
    interface wb_module_set_parameter
        function wb_module_set_parameter(module, name, parameter) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: name
            type(wb_tensor), value :: parameter
            integer(wb_status) :: status
        end function
        procedure wb_module_set_parameter_string
    end interface

    ! Has the forward passes of a layer take `value` for its parameter `name`, until NULL takes it away: what was
    ! computed from other parameters (weight normalisation), or is to stand in for one call.
    interface wb_module_lend
        function wb_module_lend(module, name, value) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: name
            type(wb_tensor), value :: value
            integer(wb_status) :: status
        end function
        procedure wb_module_lend_string
    end interface

    ! Adds or replaces a buffer: a tensor that is saved with the model but not trained.
    interface wb_module_set_buffer
        function wb_module_set_buffer(module, name, buffer) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: name
            type(wb_tensor), value :: buffer
            integer(wb_status) :: status
        end function
        procedure wb_module_set_buffer_string
    end interface

    ! Forward pass of several tensors.
    interface wb_module_call
        function wb_module_call(module, options, inputs, input_count, outputs, capacity, output_count) bind(C) &
            result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: options
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(inout), optional :: outputs(*)
            integer(c_int32_t), value :: capacity
            integer(c_int32_t), intent(inout), optional :: output_count
            integer(wb_status) :: status
        end function
        procedure wb_module_call_string
    end interface

    ! The same with the layer's own forward pass, where the host has set another.
    interface wb_module_call_layer
        function wb_module_call_layer(module, options, inputs, input_count, outputs, capacity, output_count) bind(C) &
            result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: options
            type(wb_tensor), intent(in), optional :: inputs(*)
            integer(c_int32_t), value :: input_count
            type(wb_tensor), intent(inout), optional :: outputs(*)
            integer(c_int32_t), value :: capacity
            integer(c_int32_t), intent(inout), optional :: output_count
            integer(wb_status) :: status
        end function
        procedure wb_module_call_layer_string
    end interface

    interface
        ! Forward pass of one tensor: x [rows, ...] -> *y [rows, ...].
        function wb_module_forward(module, x, y) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(wb_tensor), value :: x
            type(wb_tensor), intent(inout) :: y
            integer(wb_status) :: status
        end function

        ! Parameters (buffers) of the module and all modules in it, depth first, in order of registration; a shared one
        ! counts once.
        function wb_module_parameter_count(module, count) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function
    end interface

    ! name: dotted path like "0.weight"; valid until this thread's next call of a function that returns such a text.
    interface wb_module_parameter
        function wb_module_parameter(module, index, name, parameter) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), value :: index
            type(c_ptr), intent(inout) :: name
            type(wb_tensor), intent(inout), optional :: parameter
            integer(wb_status) :: status
        end function
        procedure wb_module_parameter_string
    end interface

    interface
        ! The same of buffers.
        function wb_module_buffer_count(module, count) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function
    end interface

    interface wb_module_buffer
        function wb_module_buffer(module, index, name, buffer) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), value :: index
            type(c_ptr), intent(inout) :: name
            type(wb_tensor), intent(inout), optional :: buffer
            integer(wb_status) :: status
        end function
        procedure wb_module_buffer_string
    end interface

    interface
        ! Direct children, in order.
        function wb_module_child_count(module, count) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function
    end interface

    interface wb_module_child
        function wb_module_child(module, index, name, child) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), value :: index
            type(c_ptr), intent(inout) :: name
            type(wb_module), intent(inout), optional :: child
            integer(wb_status) :: status
        end function
        procedure wb_module_child_string
    end interface

    interface
        ! A number that all handles of one module share, and no other module that is in use has.
        function wb_module_identity(module, identity) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int64_t), intent(inout) :: identity
            integer(wb_status) :: status
        end function
    end interface

    ! The class name, like "Linear", and the whole tree as PyTorch prints it, over several lines.
    interface wb_module_class_name
        function wb_module_class_name(module, name) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), intent(inout) :: name
            integer(wb_status) :: status
        end function
        procedure wb_module_class_name_string
    end interface

    interface wb_module_describe
        function wb_module_describe(module, text) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), intent(inout) :: text
            integer(wb_status) :: status
        end function
        procedure wb_module_describe_string
    end interface

    ! What stands between the parentheses of a module's description, such as "in_features=3, out_features=4, bias=True".
    interface wb_module_summary
        function wb_module_summary(module, text) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), intent(inout) :: text
            integer(wb_status) :: status
        end function
        procedure wb_module_summary_string
    end interface

    ! An argument that the module was made from, by name ("in_features", "approximate", ...): as a number (a flag is 1
    ! or 0), or as a text that Python would write ("3", "'tanh'", "(2, 2)", "None").
    interface wb_module_attribute
        function wb_module_attribute(module, name, value) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: name
            real(c_double), intent(inout) :: value
            integer(wb_status) :: status
        end function
        procedure wb_module_attribute_string
    end interface

    interface wb_module_attribute_text
        function wb_module_attribute_text(module, name, text) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: name
            type(c_ptr), intent(inout) :: text
            integer(wb_status) :: status
        end function
        procedure wb_module_attribute_text_string
    end interface

    ! Changes such an argument, to the value that a text spells ("0.3", "None", "'sum'"), from the next forward pass on:
    ! of layers that read it in each pass, as dropouts, normalisations with running statistics and losses do.
    interface wb_module_set_attribute
        function wb_module_set_attribute(module, name, text) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: name
            type(c_ptr), value :: text
            integer(wb_status) :: status
        end function
        procedure wb_module_set_attribute_string
    end interface

    interface
        ! Training (1, default) or evaluation (0) mode of the module and all modules in it.
        function wb_module_set_training(module, training) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), value :: training
            integer(wb_status) :: status
        end function

        function wb_module_get_training(module, training) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(c_int32_t), intent(inout) :: training
            integer(wb_status) :: status
        end function

        ! Converts all float parameters and buffers to WB_FLOAT32 or WB_FLOAT64, in place.
        function wb_module_cast(module, dtype) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(wb_dtype), value :: dtype
            integer(wb_status) :: status
        end function

        ! Removes all collected gradients.
        function wb_module_zero_grad(module) bind(C) result(status)
            import
            type(wb_module), value :: module
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ graphs

    ! Begins to write down what this thread calls: forward passes of modules, and functions of tensors.
    interface wb_recording_begin
        function wb_recording_begin(module, inputs, names, input_count, place, context) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(wb_tensor), intent(in), optional :: inputs(*)
            type(c_ptr), intent(in) :: names(*)
            integer(c_int32_t), value :: input_count
            type(c_funptr), value :: place
            type(c_ptr), value :: context
            integer(wb_status) :: status
        end function
        procedure wb_recording_begin_string
    end interface

    interface
        ! Ends it.
        function wb_recording_end(outputs, output_count, recording) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: outputs(*)
            integer(c_int32_t), value :: output_count
            type(wb_recording), intent(inout) :: recording
            integer(wb_status) :: status
        end function

        ! Leaves it.
        function wb_recording_cancel() bind(C) result(status)
            import
            integer(wb_status) :: status
        end function

        function wb_recording_free(recording) bind(C) result(status)
            import
            type(wb_recording), value :: recording
            integer(wb_status) :: status
        end function

        ! The Graph that does what was recorded, with copies of the module's parameters and buffers under the same
        ! paths.
        function wb_graph_create(module, evaluation, evaluation_count, training, training_count, graph) bind(C) &
            result(status)
            import
            type(wb_module), value :: module
            type(wb_recording), intent(in), optional :: evaluation(*)
            integer(c_int32_t), value :: evaluation_count
            type(wb_recording), intent(in), optional :: training(*)
            integer(c_int32_t), value :: training_count
            type(wb_module), intent(inout), optional :: graph
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ registry

    interface
        ! How many entries a table has.
        function wb_registry_count(registry, count) bind(C) result(status)
            import
            integer(wb_registry), value :: registry
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function
    end interface

    ! An entry: its name, the family that it is listed under, its documentation (first a sentence, then more after an
    ! empty line), and what it takes and gives: "input, target" and "output", with "=None" behind an input that may be
    ! missing and "*" before one that stands for several.
    interface wb_registry_entry
        function wb_registry_entry(registry, index, name, family, documentation, inputs, outputs, argument_count) &
            bind(C) result(status)
            import
            integer(wb_registry), value :: registry
            integer(c_int32_t), value :: index
            type(c_ptr), intent(inout) :: name
            type(c_ptr), intent(inout) :: family
            type(c_ptr), intent(inout) :: documentation
            type(c_ptr), intent(inout) :: inputs
            type(c_ptr), intent(inout) :: outputs
            integer(c_int32_t), intent(inout), optional :: argument_count
            integer(wb_status) :: status
        end function
        procedure wb_registry_entry_string
    end interface

    ! An argument of an entry: its name ("*" before one that takes all that is left), its type as Python annotates it
    ! ("int", "float", "bool", "Literal['none', 'tanh']", "tuple[float, float]", "int | None", ...), its default as
    ! Python writes it (NULL if it has to be given), and its documentation.
    interface wb_registry_argument
        function wb_registry_argument(registry, index, argument, name, type, initial, documentation) bind(C) &
            result(status)
            import
            integer(wb_registry), value :: registry
            integer(c_int32_t), value :: index
            integer(c_int32_t), value :: argument
            type(c_ptr), intent(inout) :: name
            type(c_ptr), intent(inout) :: type
            type(c_ptr), intent(inout) :: initial
            type(c_ptr), intent(inout) :: documentation
            integer(wb_status) :: status
        end function
        procedure wb_registry_argument_string
    end interface

    ! ------------------------------------------------------------ initialisers

    interface
        ! a and b are finite (else WB_ERROR_ARGUMENT); kinds with a fan need two axes (else WB_ERROR_SHAPE).
        function wb_initialize(tensor, kind, a, b) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            integer(wb_initializer), value :: kind
            real(c_double), value :: a
            real(c_double), value :: b
            integer(wb_status) :: status
        end function

        ! N(mean, deviation^2), of which what lies outside [low, high] is not drawn.
        function wb_initialize_truncated(tensor, mean, deviation, low, high) bind(C) result(status)
            import
            type(wb_tensor), value :: tensor
            real(c_double), value :: mean
            real(c_double), value :: deviation
            real(c_double), value :: low
            real(c_double), value :: high
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ clipping

    interface
        ! The norm of order p of all elements of all tensors together: 2, INFINITY, any number.
        function wb_total_norm(tensors, count, p, check_finite, norm) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            real(c_double), value :: p
            integer(c_int32_t), value :: check_finite
            type(wb_tensor), intent(inout) :: norm
            integer(wb_status) :: status
        end function

        ! Multiplies all gradients by min(1, max_norm / (norm + 1e-6)) with their norm of order p, which is given out,
        ! 0-d, as it was before; norm may be NULL.
        function wb_clip_grad_norm(parameters, count, max_norm, p, check_finite, norm) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: parameters(*)
            integer(c_int32_t), value :: count
            real(c_double), value :: max_norm
            real(c_double), value :: p
            integer(c_int32_t), value :: check_finite
            type(wb_tensor), intent(inout), optional :: norm
            integer(wb_status) :: status
        end function

        ! The same with a norm that is known: a float tensor of one number.
        function wb_clip_grad_with_norm(parameters, count, max_norm, norm) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: parameters(*)
            integer(c_int32_t), value :: count
            real(c_double), value :: max_norm
            type(wb_tensor), value :: norm
            integer(wb_status) :: status
        end function

        ! Brings each element of each gradient between -limit and limit (0 at least).
        function wb_clip_grad_value(parameters, count, limit) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: parameters(*)
            integer(c_int32_t), value :: count
            real(c_double), value :: limit
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ optimisers

    ! The optimiser that an expression spells, over one group of parameters: "SGD(lr=0.1, momentum=0.9)",
    ! "AdamW(lr=1e-3, betas=(0.9, 0.95))".
    interface wb_optimizer_create
        function wb_optimizer_create(expression, parameters, count, optimizer) bind(C) result(status)
            import
            type(c_ptr), value :: expression
            type(wb_tensor), intent(in), optional :: parameters(*)
            integer(c_int32_t), value :: count
            type(wb_optimizer), intent(inout) :: optimizer
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_create_string
    end interface

    ! Adds a group of parameters with settings of its own: "lr=0.01, weight_decay=0"; what is not said is as in the
    ! constructor's call.
    interface wb_optimizer_add_group
        function wb_optimizer_add_group(optimizer, parameters, count, settings) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            type(wb_tensor), intent(in), optional :: parameters(*)
            integer(c_int32_t), value :: count
            type(c_ptr), value :: settings
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_add_group_string
    end interface

    interface
        ! How many groups there are, and how many parameters a group has.
        function wb_optimizer_group_count(optimizer, count) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function

        function wb_optimizer_group_size(optimizer, group, count) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: group
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function

        function wb_optimizer_free(optimizer) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(wb_status) :: status
        end function

        ! Updates all parameters from their collected gradients, in place.
        function wb_optimizer_step(optimizer) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(wb_status) :: status
        end function

        ! A step that asks for the loss, as often as the optimiser needs it: once, or, with "LBFGS(...)", as often as
        ! its line search wants.
        function wb_optimizer_step_closure(optimizer, closure, context, loss) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            type(c_funptr), value :: closure
            type(c_ptr), value :: context
            real(c_double), intent(inout), optional :: loss
            integer(wb_status) :: status
        end function

        ! Removes the collected gradients of its parameters.
        function wb_optimizer_zero_grad(optimizer) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(wb_status) :: status
        end function
    end interface

    ! A setting of a group (-1 in the two that set: of all groups) by its argument's name: "lr", "momentum",
    ! "weight_decay", ...; as a number (a flag is 1 or 0), or as a text that Python would write, such as "(0.9, 0.95)"
    ! for betas.
    interface wb_optimizer_set
        function wb_optimizer_set(optimizer, group, name, value) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: group
            type(c_ptr), value :: name
            real(c_double), value :: value
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_set_string
    end interface

    interface wb_optimizer_get
        function wb_optimizer_get(optimizer, group, name, value) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: group
            type(c_ptr), value :: name
            real(c_double), intent(inout) :: value
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_get_string
    end interface

    interface wb_optimizer_set_text
        function wb_optimizer_set_text(optimizer, group, name, text) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: group
            type(c_ptr), value :: name
            type(c_ptr), value :: text
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_set_text_string
    end interface

    interface wb_optimizer_get_text
        function wb_optimizer_get_text(optimizer, group, name, text) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: group
            type(c_ptr), value :: name
            type(c_ptr), intent(inout) :: text
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_get_text_string
    end interface

    ! All settings of a group, with what schedules keep there, as one text: "lr=0.1, momentum=0.9, ..."; and several of
    ! them set at once, all or nothing.
    interface wb_optimizer_get_settings
        function wb_optimizer_get_settings(optimizer, group, settings) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: group
            type(c_ptr), intent(inout) :: settings
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_get_settings_string
    end interface

    interface wb_optimizer_set_settings
        function wb_optimizer_set_settings(optimizer, group, settings) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: group
            type(c_ptr), value :: settings
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_set_settings_string
    end interface

    ! "SGD", "Adam" or another name of the registry.
    interface wb_optimizer_class_name
        function wb_optimizer_class_name(optimizer, name) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            type(c_ptr), intent(inout) :: name
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_class_name_string
    end interface

    interface
        ! State tensors, for inspection and for state_dict: name like "3.exp_avg" (index of the parameter, state).
        function wb_optimizer_state_count(optimizer, count) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function
    end interface

    interface wb_optimizer_state
        function wb_optimizer_state(optimizer, index, name, state) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: index
            type(c_ptr), intent(inout) :: name
            type(wb_tensor), intent(inout), optional :: state
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_state_string
    end interface

    ! Replaces the whole state, also of an optimiser that has not stepped yet, by copies of states with names as above;
    ! what is not given begins anew.
    interface wb_optimizer_load_state
        function wb_optimizer_load_state(optimizer, names, states, count) bind(C) result(status)
            import
            type(wb_optimizer), value :: optimizer
            type(c_ptr), intent(in) :: names(*)
            type(wb_tensor), intent(in), optional :: states(*)
            integer(c_int32_t), value :: count
            integer(wb_status) :: status
        end function
        procedure wb_optimizer_load_state_string
    end interface

    ! ------------------------------------------------------------ schedules

    ! The schedule that an expression spells.
    interface wb_schedule_create
        function wb_schedule_create(expression, optimizer, schedule) bind(C) result(status)
            import
            type(c_ptr), value :: expression
            type(wb_optimizer), value :: optimizer
            type(wb_schedule), intent(inout) :: schedule
            integer(wb_status) :: status
        end function
        procedure wb_schedule_create_string
    end interface

    ! The same of kinds that take a function: "LambdaLR()", "MultiplicativeLR()", "CyclicLR(0.1, 0.5)" with the function
    ! as its scale_fn (which gets group 0).
    interface wb_schedule_create_function
        function wb_schedule_create_function(expression, optimizer, factor, release, context, schedule) bind(C) &
            result(status)
            import
            type(c_ptr), value :: expression
            type(wb_optimizer), value :: optimizer
            type(c_funptr), value :: factor
            type(c_funptr), value :: release
            type(c_ptr), value :: context
            type(wb_schedule), intent(inout), optional :: schedule
            integer(wb_status) :: status
        end function
        procedure wb_schedule_create_function_string
    end interface

    ! The same of kinds that are made of others: "SequentialLR(milestones=[5])", "ChainedScheduler()" over schedules of
    ! the same optimiser, which it retains, and steps from then on.
    interface wb_schedule_create_composed
        function wb_schedule_create_composed(expression, optimizer, parts, count, schedule) bind(C) result(status)
            import
            type(c_ptr), value :: expression
            type(wb_optimizer), value :: optimizer
            type(wb_schedule), intent(in), optional :: parts(*)
            integer(c_int32_t), value :: count
            type(wb_schedule), intent(inout) :: schedule
            integer(wb_status) :: status
        end function
        procedure wb_schedule_create_composed_string
    end interface

    interface
        function wb_schedule_free(schedule) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            integer(wb_status) :: status
        end function

        ! The rates of the next epoch (or batch, as the caller counts).
        function wb_schedule_step(schedule) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            integer(wb_status) :: status
        end function

        ! The rates of an epoch, from 0; fractions only for CosineAnnealingWarmRestarts.
        function wb_schedule_step_to(schedule, epoch) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            real(c_double), value :: epoch
            integer(wb_status) :: status
        end function

        ! A step of ReduceLROnPlateau.
        function wb_schedule_step_metric(schedule, metric) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            real(c_double), value :: metric
            integer(wb_status) :: status
        end function
    end interface

    ! "StepLR" or another name of the registry.
    interface wb_schedule_class_name
        function wb_schedule_class_name(schedule, name) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            type(c_ptr), intent(inout) :: name
            integer(wb_status) :: status
        end function
        procedure wb_schedule_class_name_string
    end interface

    ! A value by its name in PyTorch's state_dict, as a number, or as a text that Python would write: an argument,
    ! "last_epoch", "_last_lr" (the rates after the last step, "(0.1, 0.01)"), "base_lrs", and what the kind remembers,
    ! such as "best" or "T_cur".
    interface wb_schedule_get
        function wb_schedule_get(schedule, name, value) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            type(c_ptr), value :: name
            real(c_double), intent(inout) :: value
            integer(wb_status) :: status
        end function
        procedure wb_schedule_get_string
    end interface

    interface wb_schedule_get_text
        function wb_schedule_get_text(schedule, name, text) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            type(c_ptr), value :: name
            type(c_ptr), intent(inout) :: text
            integer(wb_status) :: status
        end function
        procedure wb_schedule_get_text_string
    end interface

    ! All values as one text, "step_size=30, gamma=0.1, ..., last_epoch=3", without those of its parts; and taking over
    ! such a text, or some of its values.
    interface wb_schedule_state
        function wb_schedule_state(schedule, state) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            type(c_ptr), intent(inout) :: state
            integer(wb_status) :: status
        end function
        procedure wb_schedule_state_string
    end interface

    interface wb_schedule_load_state
        function wb_schedule_load_state(schedule, state) bind(C) result(status)
            import
            type(wb_schedule), value :: schedule
            type(c_ptr), value :: state
            integer(wb_status) :: status
        end function
        procedure wb_schedule_load_state_string
    end interface

    ! ------------------------------------------------------------ data sets

    ! Opens two data sets of one HDF5 file by name, e.g. "train/images" and "train/labels", any numeric type and rank.
    interface wb_dataset_open
        function wb_dataset_open(path, x_name, y_name, x_dtype, scale, flatten, dataset) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), value :: x_name
            type(c_ptr), value :: y_name
            integer(wb_dtype), value :: x_dtype
            real(c_double), value :: scale
            integer(c_int32_t), value :: flatten
            type(wb_dataset), intent(inout), optional :: dataset
            integer(wb_status) :: status
        end function
        procedure wb_dataset_open_string
    end interface

    interface
        ! A data set of tensors with equal first extents; y may be NULL.
        function wb_dataset_from_tensors(x, y, dataset) bind(C) result(status)
            import
            type(wb_tensor), value :: x
            type(wb_tensor), value :: y
            type(wb_dataset), intent(inout), optional :: dataset
            integer(wb_status) :: status
        end function
    end interface

    ! The rows of several files, one file after the other, and of several data sets in each, beside each other: `inputs`
    ! names (from 1), then `targets` (from 0), then with has_weight 1 the name of one number for each row.
    interface wb_dataset_open_columns
        function wb_dataset_open_columns(paths, path_count, names, inputs, targets, has_weight, x_dtype, scale, &
            flatten, dataset) bind(C) result(status)
            import
            type(c_ptr), intent(in) :: paths(*)
            integer(c_int32_t), value :: path_count
            type(c_ptr), intent(in) :: names(*)
            integer(c_int32_t), value :: inputs
            integer(c_int32_t), value :: targets
            integer(c_int32_t), value :: has_weight
            integer(wb_dtype), value :: x_dtype
            real(c_double), value :: scale
            integer(c_int32_t), value :: flatten
            type(wb_dataset), intent(inout) :: dataset
            integer(wb_status) :: status
        end function
        procedure wb_dataset_open_columns_string
    end interface

    interface
        ! The same of tensors with equal first extents, inputs + targets + (1 with has_weight) of them.
        function wb_dataset_from_columns(columns, inputs, targets, has_weight, dataset) bind(C) result(status)
            import
            type(wb_tensor), intent(in), optional :: columns(*)
            integer(c_int32_t), value :: inputs
            integer(c_int32_t), value :: targets
            integer(c_int32_t), value :: has_weight
            type(wb_dataset), intent(inout) :: dataset
            integer(wb_status) :: status
        end function

        function wb_dataset_free(dataset) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(wb_status) :: status
        end function

        ! How many columns there are of each kind.
        function wb_dataset_columns(dataset, inputs, targets, has_weight) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int32_t), intent(inout), optional :: inputs
            integer(c_int32_t), intent(inout), optional :: targets
            integer(c_int32_t), intent(inout), optional :: has_weight
            integer(wb_status) :: status
        end function

        ! dtype, rank and extents of a row of a column, without the first axis.
        function wb_dataset_column(dataset, column, dtype, rank, capacity, shape) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int32_t), value :: column
            integer(wb_dtype), intent(inout), optional :: dtype
            integer(c_int32_t), intent(inout), optional :: rank
            integer(c_int32_t), value :: capacity
            integer(c_int64_t), intent(inout), optional :: shape(*)
            integer(wb_status) :: status
        end function

        ! Rows start ..< start + count of all columns as new tensors.
        function wb_dataset_read_columns(dataset, start, count, columns, capacity, column_count) bind(C) &
            result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int64_t), value :: start
            integer(c_int64_t), value :: count
            type(wb_tensor), intent(inout), optional :: columns(*)
            integer(c_int32_t), value :: capacity
            integer(c_int32_t), intent(inout), optional :: column_count
            integer(wb_status) :: status
        end function

        ! The rows of several with the same columns, one after the other.
        function wb_dataset_join(datasets, count, joined) bind(C) result(status)
            import
            type(wb_dataset), intent(in), optional :: datasets(*)
            integer(c_int32_t), value :: count
            type(wb_dataset), intent(inout) :: joined
            integer(wb_status) :: status
        end function

        ! count rows: first, first + step, ... (step from 1).
        function wb_dataset_range(dataset, first, count, step, range) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int64_t), value :: first
            integer(c_int64_t), value :: count
            integer(c_int64_t), value :: step
            type(wb_dataset), intent(inout) :: range
            integer(wb_status) :: status
        end function

        ! The rows whose numbers are in a tensor of whole numbers with one axis, in its order.
        function wb_dataset_pick(dataset, rows, picked) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            type(wb_tensor), value :: rows
            type(wb_dataset), intent(inout) :: picked
            integer(wb_status) :: status
        end function

        ! Two parts: the first has `fraction` (0 to 1) of the rows, rounded; by groups, as near as groups allow.
        function wb_dataset_split(dataset, fraction, kind, seed, groups, first, second) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            real(c_double), value :: fraction
            integer(wb_row_split), value :: kind
            integer(c_int64_t), value :: seed
            type(wb_tensor), value :: groups
            type(wb_dataset), intent(inout), optional :: first
            type(wb_dataset), intent(inout), optional :: second
            integer(wb_status) :: status
        end function

        ! The share of one of `ranks` processes: count / ranks neighbouring rows for each; what is left is nobody's.
        function wb_dataset_shard(dataset, rank, ranks, share) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int64_t), value :: rank
            integer(c_int64_t), value :: ranks
            type(wb_dataset), intent(inout) :: share
            integer(wb_status) :: status
        end function

        ! Windows over a time series whose rows are its moments.
        function wb_dataset_windows(dataset, length, stride, horizon, offset, windows) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int64_t), value :: length
            integer(c_int64_t), value :: stride
            integer(c_int64_t), value :: horizon
            integer(c_int64_t), value :: offset
            type(wb_dataset), intent(inout) :: windows
            integer(wb_status) :: status
        end function
    end interface

    ! Transforms each row of a column as it is read: "Scale(0.00392), RandomCrop(28, padding=4), RandomFlip()".
    interface wb_dataset_transform
        function wb_dataset_transform(dataset, column, transforms, transformed) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int32_t), value :: column
            type(c_ptr), value :: transforms
            type(wb_dataset), intent(inout) :: transformed
            integer(wb_status) :: status
        end function
        procedure wb_dataset_transform_string
    end interface

    interface
        ! Takes up parts that have been added to a folder since (also of windows and transforms of it), and gives the
        ! number of rows.
        function wb_dataset_refresh(dataset, count) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int64_t), intent(inout), optional :: count
            integer(wb_status) :: status
        end function

        ! Mean and standard deviation (divided by the count) of a column, float64, and how many elements were counted,
        ! int64, in one pass with flat memory.
        function wb_dataset_statistics(dataset, column, axis, fill, mean, std, counts) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int32_t), value :: column
            integer(c_int32_t), intent(in), optional :: axis(*)
            real(c_double), intent(in), optional :: fill(*)
            type(wb_tensor), intent(inout), optional :: mean
            type(wb_tensor), intent(inout), optional :: std
            type(wb_tensor), intent(inout), optional :: counts
            integer(wb_status) :: status
        end function

        ! Sets mean and std of a layer "Standardize(shape)" by that; 1 for a std of 0.
        function wb_module_adapt(standardize, dataset, column, axis, fill) bind(C) result(status)
            import
            type(wb_module), value :: standardize
            type(wb_dataset), value :: dataset
            integer(c_int32_t), value :: column
            integer(c_int32_t), intent(in), optional :: axis(*)
            real(c_double), intent(in), optional :: fill(*)
            integer(wb_status) :: status
        end function

        ! Number of rows.
        function wb_dataset_count(dataset, count) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int64_t), intent(inout) :: count
            integer(wb_status) :: status
        end function

        ! Rank and extents of one row of x (of y if which is 1), without the first axis.
        function wb_dataset_row_shape(dataset, which, rank, capacity, shape) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int32_t), value :: which
            integer(c_int32_t), intent(inout), optional :: rank
            integer(c_int32_t), value :: capacity
            integer(c_int64_t), intent(inout), optional :: shape(*)
            integer(wb_status) :: status
        end function

        ! Rows start ..< start + count as new tensors; y may be NULL, and *y is NULL where there is no y.
        function wb_dataset_read(dataset, start, count, x, y) bind(C) result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int64_t), value :: start
            integer(c_int64_t), value :: count
            type(wb_tensor), intent(inout), optional :: x
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! Bytes that one data set may keep decoded in memory (default 1 GiB); larger files are streamed.
        function wb_set_dataset_cache(bytes) bind(C) result(status)
            import
            integer(c_int64_t), value :: bytes
            integer(wb_status) :: status
        end function

        ! One pass over the data set in batches of batch_size rows, from 1 (the last may be smaller; dropped with
        ! drop_last 1).
        function wb_batches_create(dataset, batch_size, shuffle, seed, epoch, drop_last, batches) bind(C) &
            result(status)
            import
            type(wb_dataset), value :: dataset
            integer(c_int64_t), value :: batch_size
            integer(wb_shuffle), value :: shuffle
            integer(c_int64_t), value :: seed
            integer(c_int64_t), value :: epoch
            integer(c_int32_t), value :: drop_last
            type(wb_batches), intent(inout) :: batches
            integer(wb_status) :: status
        end function

        ! The next batch as new tensors; *x is NULL after the last.
        function wb_batches_next(batches, x, y) bind(C) result(status)
            import
            type(wb_batches), value :: batches
            type(wb_tensor), intent(inout), optional :: x
            type(wb_tensor), intent(inout), optional :: y
            integer(wb_status) :: status
        end function

        ! The same with all columns; *column_count is 0 after the last.
        function wb_batches_next_columns(batches, columns, capacity, column_count) bind(C) result(status)
            import
            type(wb_batches), value :: batches
            type(wb_tensor), intent(inout), optional :: columns(*)
            integer(c_int32_t), value :: capacity
            integer(c_int32_t), intent(inout), optional :: column_count
            integer(wb_status) :: status
        end function

        ! How many batches have been handed out, and how many there are.
        function wb_batches_position(batches, position, count) bind(C) result(status)
            import
            type(wb_batches), value :: batches
            integer(c_int64_t), intent(inout), optional :: position
            integer(c_int64_t), intent(inout), optional :: count
            integer(wb_status) :: status
        end function

        function wb_batches_seek(batches, position) bind(C) result(status)
            import
            type(wb_batches), value :: batches
            integer(c_int64_t), value :: position
            integer(wb_status) :: status
        end function

        function wb_batches_free(batches) bind(C) result(status)
            import
            type(wb_batches), value :: batches
            integer(wb_status) :: status
        end function
    end interface

    ! ---- writing rows.
    interface wb_writer_open
        function wb_writer_open(path, part_rows, writer) bind(C) result(status)
            import
            type(c_ptr), value :: path
            integer(c_int64_t), value :: part_rows
            type(wb_writer), intent(inout) :: writer
            integer(wb_status) :: status
        end function
        procedure wb_writer_open_string
    end interface

    ! Appends to data sets that a file has.
    interface wb_writer_append_to
        function wb_writer_append_to(path, writer) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(wb_writer), intent(inout) :: writer
            integer(wb_status) :: status
        end function
        procedure wb_writer_append_to_string
    end interface

    interface
        function wb_writer_free(writer) bind(C) result(status)
            import
            type(wb_writer), value :: writer
            integer(wb_status) :: status
        end function
    end interface

    ! Adds a column, before the first row: a data set of that name (groups by "/"), dtype and extents of a row.
    interface wb_writer_add
        function wb_writer_add(writer, name, dtype, rank, shape) bind(C) result(status)
            import
            type(wb_writer), value :: writer
            type(c_ptr), value :: name
            integer(wb_dtype), value :: dtype
            integer(c_int32_t), value :: rank
            integer(c_int64_t), intent(in), optional :: shape(*)
            integer(wb_status) :: status
        end function
        procedure wb_writer_add_string
    end interface

    interface
        ! Appends rows: for each column a pointer to rows x the column's extents, dense and row-major; or a tensor.
        function wb_writer_append(writer, data, rows) bind(C) result(status)
            import
            type(wb_writer), value :: writer
            type(c_ptr), intent(in), optional :: data(*)
            integer(c_int64_t), value :: rows
            integer(wb_status) :: status
        end function

        function wb_writer_append_tensors(writer, columns, count) bind(C) result(status)
            import
            type(wb_writer), value :: writer
            type(wb_tensor), intent(in), optional :: columns(*)
            integer(c_int32_t), value :: count
            integer(wb_status) :: status
        end function

        ! Rows so far, in a folder with those of earlier writers.
        function wb_writer_count(writer, count) bind(C) result(status)
            import
            type(wb_writer), value :: writer
            integer(c_int64_t), intent(inout) :: count
            integer(wb_status) :: status
        end function

        ! Makes a part of what is not in one yet.
        function wb_writer_flush(writer) bind(C) result(status)
            import
            type(wb_writer), value :: writer
            integer(wb_status) :: status
        end function

        function wb_writer_finish(writer) bind(C) result(status)
            import
            type(wb_writer), value :: writer
            integer(wb_status) :: status
        end function
    end interface

    ! Writes a model's outputs for all rows to the data set `name`, batch after batch, in evaluation mode and with flat
    ! memory.
    interface wb_predict_to_file
        function wb_predict_to_file(model, dataset, batch_size, path, name, part_rows, begun) bind(C) result(status)
            import
            type(wb_module), value :: model
            type(wb_dataset), value :: dataset
            integer(c_int64_t), value :: batch_size
            type(c_ptr), value :: path
            type(c_ptr), value :: name
            integer(c_int64_t), value :: part_rows
            integer(c_int64_t), intent(inout), optional :: begun
            integer(wb_status) :: status
        end function
        procedure wb_predict_to_file_string
    end interface

    ! ------------------------------------------------------------ training

    interface
        ! A trainer ties a model, a loss and an optimiser, and remembers how far training has come.
        function wb_trainer_create(model, loss, optimizer, trainer) bind(C) result(status)
            import
            type(wb_module), value :: model
            type(wb_module), value :: loss
            type(wb_optimizer), value :: optimizer
            type(wb_trainer), intent(inout) :: trainer
            integer(wb_status) :: status
        end function
    end interface

    ! Adds a metric, measured beside the loss in training and validation: a module of a prediction and a target that
    ! gives one number for a batch, its mean, or one for each row.
    interface wb_trainer_add_metric
        function wb_trainer_add_metric(trainer, name, metric) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(c_ptr), value :: name
            type(wb_module), value :: metric
            integer(wb_status) :: status
        end function
        procedure wb_trainer_add_metric_string
    end interface

    interface
        function wb_trainer_free(trainer) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(wb_status) :: status
        end function

        ! Has wb_trainer_fit step a schedule of the trainer's optimiser; NULL for none.
        function wb_trainer_set_schedule(trainer, schedule, when) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(wb_schedule), value :: schedule
            integer(wb_schedule_when), value :: when
            integer(wb_status) :: status
        end function

        ! Options are whole numbers, except min_delta; WB_ERROR_ARGUMENT for one out of range.
        function wb_trainer_set(trainer, option, value) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(wb_trainer_option), value :: option
            real(c_double), value :: value
            integer(wb_status) :: status
        end function

        function wb_trainer_get(trainer, option, value) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(wb_trainer_option), value :: option
            real(c_double), intent(inout) :: value
            integer(wb_status) :: status
        end function

        ! The same for options that are counts, or a seed, exactly: all but min_delta and those that are 0 or 1.
        function wb_trainer_set_int64(trainer, option, value) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(wb_trainer_option), value :: option
            integer(c_int64_t), value :: value
            integer(wb_status) :: status
        end function

        function wb_trainer_get_int64(trainer, option, value) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(wb_trainer_option), value :: option
            integer(c_int64_t), intent(inout) :: value
            integer(wb_status) :: status
        end function

        ! Validation data, evaluated after every epoch; NULL for none.
        function wb_trainer_set_validation(trainer, dataset) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(wb_dataset), value :: dataset
            integer(wb_status) :: status
        end function

        ! Trains the model on `dataset` until a stopping condition.
        function wb_trainer_fit(trainer, dataset, callback, context, reason) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(wb_dataset), value :: dataset
            type(c_funptr), value :: callback
            type(c_ptr), value :: context
            integer(wb_stop_reason), intent(inout), optional :: reason
            integer(wb_status) :: status
        end function

        ! What was reported at the end of each epoch, also before the trainer was saved and loaded.
        function wb_trainer_history_count(trainer, count) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(c_int64_t), intent(inout), optional :: count
            integer(wb_status) :: status
        end function

        function wb_trainer_history(trainer, index, progress, metrics, validation_metrics) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(c_int64_t), value :: index
            type(wb_progress), intent(inout), optional :: progress
            real(c_double), intent(inout), optional :: metrics
            real(c_double), intent(inout), optional :: validation_metrics
            integer(wb_status) :: status
        end function
    end interface

    ! How far training has come, with the order of data and the history, as a text; and parameters and buffers at the
    ! lowest validation loss, by dotted path.
    interface wb_trainer_state
        function wb_trainer_state(trainer, state) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(c_ptr), intent(inout) :: state
            integer(wb_status) :: status
        end function
        procedure wb_trainer_state_string
    end interface

    interface
        function wb_trainer_best_count(trainer, count) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function
    end interface

    interface wb_trainer_best
        function wb_trainer_best(trainer, index, name, best) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(c_int32_t), value :: index
            type(c_ptr), intent(inout) :: name
            type(wb_tensor), intent(inout), optional :: best
            integer(wb_status) :: status
        end function
        procedure wb_trainer_best_string
    end interface

    ! Takes over what these have said of a trainer with the same loss.
    interface wb_trainer_load_state
        function wb_trainer_load_state(trainer, state, names, best, count) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(c_ptr), value :: state
            type(c_ptr), intent(in) :: names(*)
            type(wb_tensor), intent(in), optional :: best(*)
            integer(c_int32_t), value :: count
            integer(wb_status) :: status
        end function
        procedure wb_trainer_load_state_string
    end interface

    interface
        ! Epochs done, steps done inside the current epoch, and steps done in all.
        function wb_trainer_position(trainer, epoch, step, total_steps) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            integer(c_int64_t), intent(inout), optional :: epoch
            integer(c_int64_t), intent(inout), optional :: step
            integer(c_int64_t), intent(inout), optional :: total_steps
            integer(wb_status) :: status
        end function

        ! Mean loss, accuracy (NaN where the loss has no classes) and metrics of a model over a data set, in evaluation
        ! mode.
        function wb_evaluate(model, loss, metrics, metric_count, dataset, batch_size, mean_loss, accuracy, &
            metric_values) bind(C) result(status)
            import
            type(wb_module), value :: model
            type(wb_module), value :: loss
            type(wb_module), intent(in), optional :: metrics(*)
            integer(c_int32_t), value :: metric_count
            type(wb_dataset), value :: dataset
            integer(c_int64_t), value :: batch_size
            real(c_double), intent(inout), optional :: mean_loss
            real(c_double), intent(inout), optional :: accuracy
            real(c_double), intent(inout), optional :: metric_values
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ checkpoints

    ! Saves structure, parameters, buffers, random state; optimiser state unless optimizer is NULL.
    interface wb_save
        function wb_save(path, model, optimizer, epoch, step) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(wb_module), value :: model
            type(wb_optimizer), value :: optimizer
            integer(c_int64_t), value :: epoch
            integer(c_int64_t), value :: step
            integer(wb_status) :: status
        end function
        procedure wb_save_string
    end interface

    ! Saves model, optimiser, random state and the trainer's position.
    interface wb_trainer_save
        function wb_trainer_save(trainer, path) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(c_ptr), value :: path
            integer(wb_status) :: status
        end function
        procedure wb_trainer_save_string
    end interface

    ! Builds the model that a checkpoint describes.
    interface wb_load
        function wb_load(path, model) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(wb_module), intent(inout) :: model
            integer(wb_status) :: status
        end function
        procedure wb_load_string
    end interface

    ! The same, also for a model with code of the host's, if its classes are among `classes` ("*": any).
    interface wb_load_with
        function wb_load_with(path, classes, count, model) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), intent(in) :: classes(*)
            integer(c_int32_t), value :: count
            type(wb_module), intent(inout) :: model
            integer(wb_status) :: status
        end function
        procedure wb_load_with_string
    end interface

    ! Loads parameters and buffers into a model of the same structure, optimiser state unless optimizer is NULL, and the
    ! random state if restore_random is 1.
    interface wb_load_into
        function wb_load_into(path, model, optimizer, restore_random, epoch, step) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(wb_module), value :: model
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: restore_random
            integer(c_int64_t), intent(inout), optional :: epoch
            integer(c_int64_t), intent(inout), optional :: step
            integer(wb_status) :: status
        end function
        procedure wb_load_into_string
    end interface

    ! Loads model, optimiser, random state and position, so that wb_trainer_fit goes on bit for bit.
    interface wb_trainer_load
        function wb_trainer_load(trainer, path) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(c_ptr), value :: path
            integer(wb_status) :: status
        end function
        procedure wb_trainer_load_string
    end interface

    ! ---- checkpoints that look after themselves: a folder of "checkpoint-NUMBER.h5", of which the `keep` newest stay
    ! (from 1), and the best.
    interface wb_checkpoints_open
        function wb_checkpoints_open(folder, keep, best, largest_is_best, in_background, checkpoints) bind(C) &
            result(status)
            import
            type(c_ptr), value :: folder
            integer(c_int32_t), value :: keep
            type(c_ptr), value :: best
            integer(c_int32_t), value :: largest_is_best
            integer(c_int32_t), value :: in_background
            type(wb_checkpoints), intent(inout), optional :: checkpoints
            integer(wb_status) :: status
        end function
        procedure wb_checkpoints_open_string
    end interface

    interface
        ! Waits for the file that is being written.
        function wb_checkpoints_free(checkpoints) bind(C) result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            integer(wb_status) :: status
        end function

        ! Saves as wb_save does, under the number `step`, from 0.
        function wb_checkpoints_save(checkpoints, model, optimizer, epoch, step, value) bind(C) result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            type(wb_module), value :: model
            type(wb_optimizer), value :: optimizer
            integer(c_int64_t), value :: epoch
            integer(c_int64_t), value :: step
            real(c_double), value :: value
            integer(wb_status) :: status
        end function

        ! Saves as wb_trainer_save does, under the number of steps done in all.
        function wb_checkpoints_save_trainer(checkpoints, trainer, value) bind(C) result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            type(wb_trainer), value :: trainer
            real(c_double), value :: value
            integer(wb_status) :: status
        end function

        ! Waits for the file that is being written, and returns why it could not be.
        function wb_checkpoints_wait(checkpoints) bind(C) result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            integer(wb_status) :: status
        end function

        ! How many files there are, and their paths, the oldest first; texts as in wb_module_parameter.
        function wb_checkpoints_count(checkpoints, count) bind(C) result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            integer(c_int32_t), intent(inout) :: count
            integer(wb_status) :: status
        end function
    end interface

    interface wb_checkpoints_path
        function wb_checkpoints_path(checkpoints, index, path) bind(C) result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            integer(c_int32_t), value :: index
            type(c_ptr), intent(inout) :: path
            integer(wb_status) :: status
        end function
        procedure wb_checkpoints_path_string
    end interface

    ! The best file; *path is NULL where none was judged.
    interface wb_checkpoints_best
        function wb_checkpoints_best(checkpoints, path) bind(C) result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            type(c_ptr), intent(inout) :: path
            integer(wb_status) :: status
        end function
        procedure wb_checkpoints_best_string
    end interface

    ! Loads the newest file that is whole, as wb_load_into and wb_trainer_load do; one that is cut, damaged or of a
    ! newer version is passed over (a line to wb_set_log_callback says so).
    interface wb_checkpoints_load_into
        function wb_checkpoints_load_into(checkpoints, model, optimizer, restore_random, epoch, step, path) bind(C) &
            result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            type(wb_module), value :: model
            type(wb_optimizer), value :: optimizer
            integer(c_int32_t), value :: restore_random
            integer(c_int64_t), intent(inout), optional :: epoch
            integer(c_int64_t), intent(inout), optional :: step
            type(c_ptr), intent(inout) :: path
            integer(wb_status) :: status
        end function
        procedure wb_checkpoints_load_into_string
    end interface

    interface wb_checkpoints_resume
        function wb_checkpoints_resume(checkpoints, trainer, path) bind(C) result(status)
            import
            type(wb_checkpoints), value :: checkpoints
            type(wb_trainer), value :: trainer
            type(c_ptr), intent(inout) :: path
            integer(wb_status) :: status
        end function
        procedure wb_checkpoints_resume_string
    end interface

    interface
        ! Has wb_trainer_fit save at the end of each epoch, and inside of epochs after each every_steps steps, counted
        ! in all (0: not inside).
        function wb_trainer_set_checkpoints(trainer, checkpoints, every_steps) bind(C) result(status)
            import
            type(wb_trainer), value :: trainer
            type(wb_checkpoints), value :: checkpoints
            integer(c_int64_t), value :: every_steps
            integer(wb_status) :: status
        end function
    end interface

    ! ------------------------------------------------------------ files of Keras

    ! The module that a config of Keras describes (model.to_json(), config.json of an archive), with new weights: a
    ! Sequential, or a Graph.
    interface wb_module_from_config
        function wb_module_from_config(config, names, modules, count, dtype, module) bind(C) result(status)
            import
            type(c_ptr), value :: config
            type(c_ptr), intent(in) :: names(*)
            type(wb_module), intent(in), optional :: modules(*)
            integer(c_int32_t), value :: count
            integer(wb_dtype), value :: dtype
            type(wb_module), intent(inout), optional :: module
            integer(wb_status) :: status
        end function
        procedure wb_module_from_config_string
    end interface

    ! The model in a file of Keras.
    interface wb_keras_load
        function wb_keras_load(path, config, names, modules, count, module) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), value :: config
            type(c_ptr), intent(in) :: names(*)
            type(wb_module), intent(in), optional :: modules(*)
            integer(c_int32_t), value :: count
            type(wb_module), intent(inout), optional :: module
            integer(wb_status) :: status
        end function
        procedure wb_keras_load_string
    end interface

    ! Weights of any of these files into a module that is there, by their order.
    interface wb_keras_load_weights
        function wb_keras_load_weights(path, module) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(wb_module), value :: module
            integer(wb_status) :: status
        end function
        procedure wb_keras_load_weights_string
    end interface

    ! The architecture in a file of Keras, or beside it, as JSON; NULL where there is none.
    interface wb_keras_config
        function wb_keras_config(path, config) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), intent(inout) :: config
            integer(wb_status) :: status
        end function
        procedure wb_keras_config_string
    end interface

    ! What a file of Keras says of the training of its model: the config that compile was called with, as JSON (loss,
    ! metrics, optimiser), and the optimiser over the parameters of a module that was loaded from the file, with its
    ! state, so that training goes on.
    interface wb_keras_training
        function wb_keras_training(path, module, training, optimizer) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(wb_module), value :: module
            type(c_ptr), intent(inout) :: training
            type(wb_optimizer), intent(inout), optional :: optimizer
            integer(wb_status) :: status
        end function
        procedure wb_keras_training_string
    end interface

    ! Writes a model as Keras 3 does: format is "keras" (an archive), "h5" (a whole model in HDF5), "keras2" (the same
    ! in the words of Keras 2, for tf_keras) or "weights" (.weights.h5).
    interface wb_keras_save
        function wb_keras_save(path, module, format, input_shape, training, optimizer) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(wb_module), value :: module
            type(c_ptr), value :: format
            type(c_ptr), value :: input_shape
            type(c_ptr), value :: training
            type(wb_optimizer), value :: optimizer
            integer(wb_status) :: status
        end function
        procedure wb_keras_save_string
    end interface

    ! Writes a model that computes in the host's language: at each path, "encoder/blocks/dense_1", the variables of a
    ! module: all in a layer of Keras' kinds, what is its own of a model or a module with the host's code.
    interface wb_keras_save_objects
        function wb_keras_save_objects(path, paths, modules, count, config, optimizer) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), intent(in) :: paths(*)
            type(wb_module), intent(in), optional :: modules(*)
            integer(c_int32_t), value :: count
            type(c_ptr), value :: config
            type(wb_optimizer), value :: optimizer
            integer(wb_status) :: status
        end function
        procedure wb_keras_save_objects_string
    end interface

    ! Weights of an archive or of .weights.h5 into such modules, all or nothing.
    interface wb_keras_load_objects
        function wb_keras_load_objects(path, paths, modules, count) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), intent(in) :: paths(*)
            type(wb_module), intent(in), optional :: modules(*)
            integer(c_int32_t), value :: count
            integer(wb_status) :: status
        end function
        procedure wb_keras_load_objects_string
    end interface

    ! The config of such a model, as JSON: what wb_module_from_config takes.
    interface wb_module_config
        function wb_module_config(module, input_shape, config) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: input_shape
            type(c_ptr), intent(inout) :: config
            integer(wb_status) :: status
        end function
        procedure wb_module_config_string
    end interface

    ! ------------------------------------------------------------ files of others

    ! What is at a path inside of the file; NULL or "" for all of it.
    interface wb_h5_read
        function wb_h5_read(path, name, options, limit, value) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), value :: name
            integer(c_int32_t), value :: options
            integer(c_int64_t), value :: limit
            type(wb_value), intent(inout), optional :: value
            integer(wb_status) :: status
        end function
        procedure wb_h5_read_string
    end interface

    ! Attributes of the object at a path, as a map.
    interface wb_h5_attributes
        function wb_h5_attributes(path, name, attributes) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), value :: name
            type(wb_value), intent(inout) :: attributes
            integer(wb_status) :: status
        end function
        procedure wb_h5_attributes_string
    end interface

    ! What the file has, without its elements: a map of a map for each path, with "kind" (group, array) and of arrays
    ! "type", "shape", "dimensions" (names of axes, where there are any) and "order" (where MATLAB has reversed it).
    interface wb_h5_contents
        function wb_h5_contents(path, contents) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(wb_value), intent(inout) :: contents
            integer(wb_status) :: status
        end function
        procedure wb_h5_contents_string
    end interface

    ! Writes `count` tensors by their paths as a plain HDF5 file, whole or not at all; groups are made as the paths need
    ! them.
    interface wb_h5_write
        function wb_h5_write(path, names, tensors, count, attribute_paths, attribute_names, attribute_values, &
            attribute_count) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), intent(in) :: names(*)
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            type(c_ptr), intent(in) :: attribute_paths(*)
            type(c_ptr), intent(in) :: attribute_names(*)
            type(c_ptr), intent(in) :: attribute_values(*)
            integer(c_int32_t), value :: attribute_count
            integer(wb_status) :: status
        end function
        procedure wb_h5_write_string
    end interface

    interface
        function wb_value_free(value) bind(C) result(status)
            import
            type(wb_value), value :: value
            integer(wb_status) :: status
        end function

        function wb_value_kind_of(value, kind) bind(C) result(status)
            import
            type(wb_value), value :: value
            integer(wb_value_kind), intent(inout), optional :: kind
            integer(wb_status) :: status
        end function

        ! Items of texts, lists and maps, columns of records; 0 of others.
        function wb_value_count(value, count) bind(C) result(status)
            import
            type(wb_value), value :: value
            integer(c_int64_t), intent(inout) :: count
            integer(wb_status) :: status
        end function

        function wb_value_item(value, index, item) bind(C) result(status)
            import
            type(wb_value), value :: value
            integer(c_int64_t), value :: index
            type(wb_value), intent(inout) :: item
            integer(wb_status) :: status
        end function
    end interface

    ! The name of an item of a map, or of a column.
    interface wb_value_key
        function wb_value_key(value, index, key) bind(C) result(status)
            import
            type(wb_value), value :: value
            integer(c_int64_t), value :: index
            type(c_ptr), intent(inout) :: key
            integer(wb_status) :: status
        end function
        procedure wb_value_key_string
    end interface

    ! The item of that name; WB_ERROR_INDEX where there is none.
    interface wb_value_find
        function wb_value_find(value, key, item) bind(C) result(status)
            import
            type(wb_value), value :: value
            type(c_ptr), value :: key
            type(wb_value), intent(inout) :: item
            integer(wb_status) :: status
        end function
        procedure wb_value_find_string
    end interface

    ! Of a text, or of an item of an array of texts, or the reason why something is not read.
    interface wb_value_text
        function wb_value_text(value, text) bind(C) result(status)
            import
            type(wb_value), value :: value
            type(c_ptr), intent(inout) :: text
            integer(wb_status) :: status
        end function
        procedure wb_value_text_string
    end interface

    interface
        ! Attributes of a map, as a map.
        function wb_value_attributes(value, attributes) bind(C) result(status)
            import
            type(wb_value), value :: value
            type(wb_value), intent(inout) :: attributes
            integer(wb_status) :: status
        end function

        ! Extents of an array of any kind.
        function wb_value_shape(value, rank, capacity, extents) bind(C) result(status)
            import
            type(wb_value), value :: value
            integer(c_int32_t), intent(inout), optional :: rank
            integer(c_int32_t), value :: capacity
            integer(c_int64_t), intent(inout), optional :: extents(*)
            integer(wb_status) :: status
        end function
    end interface

    ! Numbers, row-major: their type ("bool", "int8" ... "uint64", "float16", "bfloat16", "float32", "float64",
    ! "complex64", "complex128", "opaque", "datetime64[ns]"), bytes of one, and memory that is there as long as the
    ! value.
    interface wb_value_array
        function wb_value_array(value, type, item_size, data) bind(C) result(status)
            import
            type(wb_value), value :: value
            type(c_ptr), intent(inout) :: type
            integer(c_int64_t), intent(inout), optional :: item_size
            type(c_ptr), intent(inout), optional :: data
            integer(wb_status) :: status
        end function
        procedure wb_value_array_string
    end interface

    ! Names of the values of an enumeration, a line "name=value" each; "" for others.
    interface wb_value_labels
        function wb_value_labels(value, labels) bind(C) result(status)
            import
            type(wb_value), value :: value
            type(c_ptr), intent(inout) :: labels
            integer(wb_status) :: status
        end function
        procedure wb_value_labels_string
    end interface

    interface
        ! Numbers as a tensor of the narrowest dtype that holds them all: int8, int16 and uint16 become int32, uint32
        ! and uint64 int64.
        function wb_value_tensor(value, tensor) bind(C) result(status)
            import
            type(wb_value), value :: value
            type(wb_tensor), intent(inout) :: tensor
            integer(wb_status) :: status
        end function
    end interface

    ! The arrays of such a file by dotted names, as a map.
    interface wb_weights_read
        function wb_weights_read(path, limit, weights) bind(C) result(status)
            import
            type(c_ptr), value :: path
            integer(c_int64_t), value :: limit
            type(wb_value), intent(inout) :: weights
            integer(wb_status) :: status
        end function
        procedure wb_weights_read_string
    end interface

    ! Takes over such a file's arrays, cast to the module's dtypes.
    interface wb_module_load_weights
        function wb_module_load_weights(module, path, names, targets, count, layout, strict) bind(C) result(status)
            import
            type(wb_module), value :: module
            type(c_ptr), value :: path
            type(c_ptr), intent(in) :: names(*)
            type(c_ptr), intent(in) :: targets(*)
            integer(c_int32_t), value :: count
            type(c_ptr), value :: layout
            integer(c_int32_t), value :: strict
            integer(wb_status) :: status
        end function
        procedure wb_module_load_weights_string
    end interface

    ! Writes a safetensors file of `count` tensors, whole or not at all.
    interface wb_safetensors_save
        function wb_safetensors_save(path, names, tensors, count, notes, note_count) bind(C) result(status)
            import
            type(c_ptr), value :: path
            type(c_ptr), intent(in) :: names(*)
            type(wb_tensor), intent(in), optional :: tensors(*)
            integer(c_int32_t), value :: count
            type(c_ptr), intent(in) :: notes(*)
            integer(c_int32_t), value :: note_count
            integer(wb_status) :: status
        end function
        procedure wb_safetensors_save_string
    end interface

    interface
        pure function c_strlen(text) bind(C, name="strlen") result(length)
            import
            type(c_ptr), value :: text
            integer(c_size_t) :: length
        end function
    end interface

    private :: c_strlen, terminated, address, addresses
    private :: wb_einsum_string, wb_call_string, wb_program_explain_string, wb_program_profile_string, &
        wb_module_create_string, wb_module_expression_string, wb_module_host_string, wb_module_set_forward_string, &
        wb_module_set_note_string, wb_module_note_string, wb_module_kind_string, wb_module_add_string, &
        wb_module_remove_string, wb_module_set_parameter_string, wb_module_lend_string, wb_module_set_buffer_string, &
        wb_module_call_string, wb_module_call_layer_string, wb_module_parameter_string, wb_module_buffer_string, &
        wb_module_child_string, wb_module_class_name_string, wb_module_describe_string, wb_module_summary_string, &
        wb_module_attribute_string, wb_module_attribute_text_string, wb_module_set_attribute_string, &
        wb_recording_begin_string, wb_registry_entry_string, wb_registry_argument_string, wb_optimizer_create_string, &
        wb_optimizer_add_group_string, wb_optimizer_set_string, wb_optimizer_get_string, wb_optimizer_set_text_string, &
        wb_optimizer_get_text_string, wb_optimizer_get_settings_string, wb_optimizer_set_settings_string, &
        wb_optimizer_class_name_string, wb_optimizer_state_string, wb_optimizer_load_state_string, &
        wb_schedule_create_string, wb_schedule_create_function_string, wb_schedule_create_composed_string, &
        wb_schedule_class_name_string, wb_schedule_get_string, wb_schedule_get_text_string, wb_schedule_state_string, &
        wb_schedule_load_state_string, wb_dataset_open_string, wb_dataset_open_columns_string, &
        wb_dataset_transform_string, wb_writer_open_string, wb_writer_append_to_string, wb_writer_add_string, &
        wb_predict_to_file_string, wb_trainer_add_metric_string, wb_trainer_state_string, wb_trainer_best_string, &
        wb_trainer_load_state_string, wb_save_string, wb_trainer_save_string, wb_load_string, wb_load_with_string, &
        wb_load_into_string, wb_trainer_load_string, wb_checkpoints_open_string, wb_checkpoints_path_string, &
        wb_checkpoints_best_string, wb_checkpoints_load_into_string, wb_checkpoints_resume_string, &
        wb_module_from_config_string, wb_keras_load_string, wb_keras_load_weights_string, wb_keras_config_string, &
        wb_keras_training_string, wb_keras_save_string, wb_keras_save_objects_string, wb_keras_load_objects_string, &
        wb_module_config_string, wb_h5_read_string, wb_h5_attributes_string, wb_h5_contents_string, &
        wb_h5_write_string, wb_value_key_string, wb_value_find_string, wb_value_text_string, wb_value_array_string, &
        wb_value_labels_string, wb_weights_read_string, wb_module_load_weights_string, wb_safetensors_save_string
    private :: create, read_into
    private :: create_float32_0, create_float32_1, create_float32_2, create_float32_3, create_float32_4, &
        create_float32_5, create_float32_6, create_float32_7, create_float64_0, create_float64_1, create_float64_2, &
        create_float64_3, create_float64_4, create_float64_5, create_float64_6, create_float64_7, create_int32_0, &
        create_int32_1, create_int32_2, create_int32_3, create_int32_4, create_int32_5, create_int32_6, &
        create_int32_7, create_int64_0, create_int64_1, create_int64_2, create_int64_3, create_int64_4, &
        create_int64_5, create_int64_6, create_int64_7, create_uint8_0, create_uint8_1, create_uint8_2, &
        create_uint8_3, create_uint8_4, create_uint8_5, create_uint8_6, create_uint8_7, create_bool_0, create_bool_1, &
        create_bool_2, create_bool_3, create_bool_4, create_bool_5, create_bool_6, create_bool_7, create_logical_0, &
        create_logical_1, create_logical_2, create_logical_3, create_logical_4, create_logical_5, create_logical_6, &
        create_logical_7
    private :: read_float32_0, read_float32_1, read_float32_2, read_float32_3, read_float32_4, read_float32_5, &
        read_float32_6, read_float32_7, read_float64_0, read_float64_1, read_float64_2, read_float64_3, &
        read_float64_4, read_float64_5, read_float64_6, read_float64_7, read_int32_0, read_int32_1, read_int32_2, &
        read_int32_3, read_int32_4, read_int32_5, read_int32_6, read_int32_7, read_int64_0, read_int64_1, &
        read_int64_2, read_int64_3, read_int64_4, read_int64_5, read_int64_6, read_int64_7, read_uint8_0, &
        read_uint8_1, read_uint8_2, read_uint8_3, read_uint8_4, read_uint8_5, read_uint8_6, read_uint8_7, read_bool_0, &
        read_bool_1, read_bool_2, read_bool_3, read_bool_4, read_bool_5, read_bool_6, read_bool_7, read_logical_0, &
        read_logical_1, read_logical_2, read_logical_3, read_logical_4, read_logical_5, read_logical_6, read_logical_7
contains

    ! ------------------------------------------------------------ texts

    ! The characters of a text of C; none for NULL.
    function wb_text(address) result(text)
        type(c_ptr), intent(in) :: address
        character(len=:), allocatable :: text
        character(kind=c_char), pointer :: characters(:)
        integer(c_size_t) :: place
        text = ""
        if (.not. c_associated(address)) return
        call c_f_pointer(address, characters, [c_strlen(address)])
        text = repeat(" ", size(characters))
        do place = 1, size(characters)
            text(place:place) = characters(place)
        end do
    end function

    ! A text without blanks at its end, as C takes it.
    elemental function terminated(text)
        character(len=*), intent(in) :: text
        character(len=len(text) + 1) :: terminated
        terminated = trim(text) // c_null_char
    end function

    function address(text)
        character(len=:), allocatable, intent(in), target :: text
        type(c_ptr) :: address
        address = c_null_ptr
        if (allocated(text)) address = c_loc(text)
    end function

    function addresses(texts)
        character(len=*), intent(in), target :: texts(:)
        type(c_ptr) :: addresses(size(texts))
        integer :: place
        do place = 1, size(texts)
            addresses(place) = c_loc(texts(place))
        end do
    end function

    function wb_version_string() result(answer)
        character(len=:), allocatable :: answer
        answer = wb_text(wb_version())
    end function

    function wb_error() result(answer)
        character(len=:), allocatable :: answer
        answer = wb_text(wb_last_error())
    end function

    function wb_status_name_string(status) result(answer)
        integer(wb_status), value :: status
        character(len=:), allocatable :: answer
        answer = wb_text(wb_status_name(status))
    end function

    function wb_einsum_string(equation, tensors, count, y) result(status)
        character(len=*), intent(in) :: equation
        type(wb_tensor), intent(in), optional :: tensors(*)
        integer(c_int32_t), value :: count
        type(wb_tensor), intent(inout) :: y
        integer(wb_status) :: status
        character(len=:), allocatable, target :: equation_c
        equation_c = terminated(equation)
        status = wb_einsum(address(equation_c), tensors, count, y)
    end function

    function wb_call_string(call, inputs, input_count, outputs, capacity, output_count) result(status)
        character(len=*), intent(in), optional :: call
        type(wb_tensor), intent(in), optional :: inputs(*)
        integer(c_int32_t), value :: input_count
        type(wb_tensor), intent(inout), optional :: outputs(*)
        integer(c_int32_t), value :: capacity
        integer(c_int32_t), intent(inout), optional :: output_count
        integer(wb_status) :: status
        character(len=:), allocatable, target :: call_c
        if (present(call)) call_c = terminated(call)
        status = wb_call(address(call_c), inputs, input_count, outputs, capacity, output_count)
    end function

    function wb_program_explain_string(program, text) result(status)
        type(wb_program), value :: program
        character(len=:), allocatable, intent(inout) :: text
        integer(wb_status) :: status
        type(c_ptr) :: text_c
        text_c = c_null_ptr
        status = wb_program_explain(program, text_c)
        if (status == WB_OK) text = wb_text(text_c)
    end function

    function wb_program_profile_string(program, inputs, input_count, text) result(status)
        type(wb_program), value :: program
        type(wb_tensor), intent(in), optional :: inputs(*)
        integer(c_int32_t), value :: input_count
        character(len=:), allocatable, intent(inout), optional :: text
        integer(wb_status) :: status
        type(c_ptr) :: text_c
        text_c = c_null_ptr
        status = wb_program_profile(program, inputs, input_count, text_c)
        if (status == WB_OK .and. present(text)) text = wb_text(text_c)
    end function

    function wb_module_create_string(expression, dtype, module) result(status)
        character(len=*), intent(in) :: expression
        integer(wb_dtype), value :: dtype
        type(wb_module), intent(inout) :: module
        integer(wb_status) :: status
        character(len=:), allocatable, target :: expression_c
        expression_c = terminated(expression)
        status = wb_module_create(address(expression_c), dtype, module)
    end function

    function wb_module_expression_string(module, expression) result(status)
        type(wb_module), value :: module
        character(len=:), allocatable, intent(inout) :: expression
        integer(wb_status) :: status
        type(c_ptr) :: expression_c
        expression_c = c_null_ptr
        status = wb_module_expression(module, expression_c)
        if (status == WB_OK) expression = wb_text(expression_c)
    end function

    function wb_module_host_string(class_name, forward, release, context, module) result(status)
        character(len=*), intent(in), optional :: class_name
        type(c_funptr), value :: forward
        type(c_funptr), value :: release
        type(c_ptr), value :: context
        type(wb_module), intent(inout), optional :: module
        integer(wb_status) :: status
        character(len=:), allocatable, target :: class_name_c
        if (present(class_name)) class_name_c = terminated(class_name)
        status = wb_module_host(address(class_name_c), forward, release, context, module)
    end function

    function wb_module_set_forward_string(module, class_name, forward, release, context) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in) :: class_name
        type(c_funptr), value :: forward
        type(c_funptr), value :: release
        type(c_ptr), value :: context
        integer(wb_status) :: status
        character(len=:), allocatable, target :: class_name_c
        class_name_c = terminated(class_name)
        status = wb_module_set_forward(module, address(class_name_c), forward, release, context)
    end function

    function wb_module_set_note_string(module, note) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in), optional :: note
        integer(wb_status) :: status
        character(len=:), allocatable, target :: note_c
        if (present(note)) note_c = terminated(note)
        status = wb_module_set_note(module, address(note_c))
    end function

    function wb_module_note_string(module, note) result(status)
        type(wb_module), value :: module
        character(len=:), allocatable, intent(inout), optional :: note
        integer(wb_status) :: status
        type(c_ptr) :: note_c
        note_c = c_null_ptr
        status = wb_module_note(module, note_c)
        if (status == WB_OK .and. present(note)) note = wb_text(note_c)
    end function

    function wb_module_kind_string(module, kind) result(status)
        type(wb_module), value :: module
        character(len=:), allocatable, intent(inout), optional :: kind
        integer(wb_status) :: status
        type(c_ptr) :: kind_c
        kind_c = c_null_ptr
        status = wb_module_kind(module, kind_c)
        if (status == WB_OK .and. present(kind)) kind = wb_text(kind_c)
    end function

    function wb_module_add_string(parent, name, child) result(status)
        type(wb_module), value :: parent
        character(len=*), intent(in) :: name
        type(wb_module), value :: child
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        name_c = terminated(name)
        status = wb_module_add(parent, address(name_c), child)
    end function

    function wb_module_remove_string(parent, name) result(status)
        type(wb_module), value :: parent
        character(len=*), intent(in) :: name
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        name_c = terminated(name)
        status = wb_module_remove(parent, address(name_c))
    end function

    function wb_module_set_parameter_string(module, name, parameter) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in), optional :: name
        type(wb_tensor), value :: parameter
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        if (present(name)) name_c = terminated(name)
        status = wb_module_set_parameter(module, address(name_c), parameter)
    end function

    function wb_module_lend_string(module, name, value) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in), optional :: name
        type(wb_tensor), value :: value
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        if (present(name)) name_c = terminated(name)
        status = wb_module_lend(module, address(name_c), value)
    end function

    function wb_module_set_buffer_string(module, name, buffer) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in), optional :: name
        type(wb_tensor), value :: buffer
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        if (present(name)) name_c = terminated(name)
        status = wb_module_set_buffer(module, address(name_c), buffer)
    end function

    function wb_module_call_string(module, options, inputs, input_count, outputs, capacity, output_count) &
        result(status)
        type(wb_module), value :: module
        character(len=*), intent(in), optional :: options
        type(wb_tensor), intent(in), optional :: inputs(*)
        integer(c_int32_t), value :: input_count
        type(wb_tensor), intent(inout), optional :: outputs(*)
        integer(c_int32_t), value :: capacity
        integer(c_int32_t), intent(inout), optional :: output_count
        integer(wb_status) :: status
        character(len=:), allocatable, target :: options_c
        if (present(options)) options_c = terminated(options)
        status = wb_module_call(module, address(options_c), inputs, input_count, outputs, capacity, output_count)
    end function

    function wb_module_call_layer_string(module, options, inputs, input_count, outputs, capacity, output_count) &
        result(status)
        type(wb_module), value :: module
        character(len=*), intent(in) :: options
        type(wb_tensor), intent(in), optional :: inputs(*)
        integer(c_int32_t), value :: input_count
        type(wb_tensor), intent(inout), optional :: outputs(*)
        integer(c_int32_t), value :: capacity
        integer(c_int32_t), intent(inout), optional :: output_count
        integer(wb_status) :: status
        character(len=:), allocatable, target :: options_c
        options_c = terminated(options)
        status = wb_module_call_layer(module, address(options_c), inputs, input_count, outputs, capacity, &
            output_count)
    end function

    function wb_module_parameter_string(module, index, name, parameter) result(status)
        type(wb_module), value :: module
        integer(c_int32_t), value :: index
        character(len=:), allocatable, intent(inout), optional :: name
        type(wb_tensor), intent(inout), optional :: parameter
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        name_c = c_null_ptr
        status = wb_module_parameter(module, index, name_c, parameter)
        if (status == WB_OK .and. present(name)) name = wb_text(name_c)
    end function

    function wb_module_buffer_string(module, index, name, buffer) result(status)
        type(wb_module), value :: module
        integer(c_int32_t), value :: index
        character(len=:), allocatable, intent(inout) :: name
        type(wb_tensor), intent(inout), optional :: buffer
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        name_c = c_null_ptr
        status = wb_module_buffer(module, index, name_c, buffer)
        if (status == WB_OK) name = wb_text(name_c)
    end function

    function wb_module_child_string(module, index, name, child) result(status)
        type(wb_module), value :: module
        integer(c_int32_t), value :: index
        character(len=:), allocatable, intent(inout) :: name
        type(wb_module), intent(inout), optional :: child
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        name_c = c_null_ptr
        status = wb_module_child(module, index, name_c, child)
        if (status == WB_OK) name = wb_text(name_c)
    end function

    function wb_module_class_name_string(module, name) result(status)
        type(wb_module), value :: module
        character(len=:), allocatable, intent(inout) :: name
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        name_c = c_null_ptr
        status = wb_module_class_name(module, name_c)
        if (status == WB_OK) name = wb_text(name_c)
    end function

    function wb_module_describe_string(module, text) result(status)
        type(wb_module), value :: module
        character(len=:), allocatable, intent(inout) :: text
        integer(wb_status) :: status
        type(c_ptr) :: text_c
        text_c = c_null_ptr
        status = wb_module_describe(module, text_c)
        if (status == WB_OK) text = wb_text(text_c)
    end function

    function wb_module_summary_string(module, text) result(status)
        type(wb_module), value :: module
        character(len=:), allocatable, intent(inout) :: text
        integer(wb_status) :: status
        type(c_ptr) :: text_c
        text_c = c_null_ptr
        status = wb_module_summary(module, text_c)
        if (status == WB_OK) text = wb_text(text_c)
    end function

    function wb_module_attribute_string(module, name, value) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in) :: name
        real(c_double), intent(inout) :: value
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        name_c = terminated(name)
        status = wb_module_attribute(module, address(name_c), value)
    end function

    function wb_module_attribute_text_string(module, name, text) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in) :: name
        character(len=:), allocatable, intent(inout) :: text
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        type(c_ptr) :: text_c
        name_c = terminated(name)
        text_c = c_null_ptr
        status = wb_module_attribute_text(module, address(name_c), text_c)
        if (status == WB_OK) text = wb_text(text_c)
    end function

    function wb_module_set_attribute_string(module, name, text) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in) :: name
        character(len=*), intent(in) :: text
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        character(len=:), allocatable, target :: text_c
        name_c = terminated(name)
        text_c = terminated(text)
        status = wb_module_set_attribute(module, address(name_c), address(text_c))
    end function

    function wb_recording_begin_string(module, inputs, names, input_count, place, context) result(status)
        type(wb_module), value :: module
        type(wb_tensor), intent(in), optional :: inputs(*)
        character(len=*), intent(in) :: names(:)
        integer(c_int32_t), value :: input_count
        type(c_funptr), value :: place
        type(c_ptr), value :: context
        integer(wb_status) :: status
        character(len=len(names) + 1), target :: names_c(size(names))
        names_c = terminated(names)
        status = wb_recording_begin(module, inputs, addresses(names_c), input_count, place, context)
    end function

    function wb_registry_entry_string(registry, index, name, family, documentation, inputs, outputs, argument_count) &
        result(status)
        integer(wb_registry), value :: registry
        integer(c_int32_t), value :: index
        character(len=:), allocatable, intent(inout), optional :: name
        character(len=:), allocatable, intent(inout), optional :: family
        character(len=:), allocatable, intent(inout), optional :: documentation
        character(len=:), allocatable, intent(inout), optional :: inputs
        character(len=:), allocatable, intent(inout), optional :: outputs
        integer(c_int32_t), intent(inout), optional :: argument_count
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        type(c_ptr) :: family_c
        type(c_ptr) :: documentation_c
        type(c_ptr) :: inputs_c
        type(c_ptr) :: outputs_c
        name_c = c_null_ptr
        family_c = c_null_ptr
        documentation_c = c_null_ptr
        inputs_c = c_null_ptr
        outputs_c = c_null_ptr
        status = wb_registry_entry(registry, index, name_c, family_c, documentation_c, inputs_c, outputs_c, &
            argument_count)
        if (status == WB_OK .and. present(name)) name = wb_text(name_c)
        if (status == WB_OK .and. present(family)) family = wb_text(family_c)
        if (status == WB_OK .and. present(documentation)) documentation = wb_text(documentation_c)
        if (status == WB_OK .and. present(inputs)) inputs = wb_text(inputs_c)
        if (status == WB_OK .and. present(outputs)) outputs = wb_text(outputs_c)
    end function

    function wb_registry_argument_string(registry, index, argument, name, type, initial, documentation) result(status)
        integer(wb_registry), value :: registry
        integer(c_int32_t), value :: index
        integer(c_int32_t), value :: argument
        character(len=:), allocatable, intent(inout), optional :: name
        character(len=:), allocatable, intent(inout), optional :: type
        character(len=:), allocatable, intent(inout), optional :: initial
        character(len=:), allocatable, intent(inout), optional :: documentation
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        type(c_ptr) :: type_c
        type(c_ptr) :: initial_c
        type(c_ptr) :: documentation_c
        name_c = c_null_ptr
        type_c = c_null_ptr
        initial_c = c_null_ptr
        documentation_c = c_null_ptr
        status = wb_registry_argument(registry, index, argument, name_c, type_c, initial_c, documentation_c)
        if (status == WB_OK .and. present(name)) name = wb_text(name_c)
        if (status == WB_OK .and. present(type)) type = wb_text(type_c)
        if (status == WB_OK .and. present(initial)) initial = wb_text(initial_c)
        if (status == WB_OK .and. present(documentation)) documentation = wb_text(documentation_c)
    end function

    function wb_optimizer_create_string(expression, parameters, count, optimizer) result(status)
        character(len=*), intent(in) :: expression
        type(wb_tensor), intent(in), optional :: parameters(*)
        integer(c_int32_t), value :: count
        type(wb_optimizer), intent(inout) :: optimizer
        integer(wb_status) :: status
        character(len=:), allocatable, target :: expression_c
        expression_c = terminated(expression)
        status = wb_optimizer_create(address(expression_c), parameters, count, optimizer)
    end function

    function wb_optimizer_add_group_string(optimizer, parameters, count, settings) result(status)
        type(wb_optimizer), value :: optimizer
        type(wb_tensor), intent(in), optional :: parameters(*)
        integer(c_int32_t), value :: count
        character(len=*), intent(in), optional :: settings
        integer(wb_status) :: status
        character(len=:), allocatable, target :: settings_c
        if (present(settings)) settings_c = terminated(settings)
        status = wb_optimizer_add_group(optimizer, parameters, count, address(settings_c))
    end function

    function wb_optimizer_set_string(optimizer, group, name, value) result(status)
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: group
        character(len=*), intent(in) :: name
        real(c_double), value :: value
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        name_c = terminated(name)
        status = wb_optimizer_set(optimizer, group, address(name_c), value)
    end function

    function wb_optimizer_get_string(optimizer, group, name, value) result(status)
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: group
        character(len=*), intent(in) :: name
        real(c_double), intent(inout) :: value
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        name_c = terminated(name)
        status = wb_optimizer_get(optimizer, group, address(name_c), value)
    end function

    function wb_optimizer_set_text_string(optimizer, group, name, text) result(status)
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: group
        character(len=*), intent(in) :: name
        character(len=*), intent(in) :: text
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        character(len=:), allocatable, target :: text_c
        name_c = terminated(name)
        text_c = terminated(text)
        status = wb_optimizer_set_text(optimizer, group, address(name_c), address(text_c))
    end function

    function wb_optimizer_get_text_string(optimizer, group, name, text) result(status)
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: group
        character(len=*), intent(in) :: name
        character(len=:), allocatable, intent(inout) :: text
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        type(c_ptr) :: text_c
        name_c = terminated(name)
        text_c = c_null_ptr
        status = wb_optimizer_get_text(optimizer, group, address(name_c), text_c)
        if (status == WB_OK) text = wb_text(text_c)
    end function

    function wb_optimizer_get_settings_string(optimizer, group, settings) result(status)
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: group
        character(len=:), allocatable, intent(inout) :: settings
        integer(wb_status) :: status
        type(c_ptr) :: settings_c
        settings_c = c_null_ptr
        status = wb_optimizer_get_settings(optimizer, group, settings_c)
        if (status == WB_OK) settings = wb_text(settings_c)
    end function

    function wb_optimizer_set_settings_string(optimizer, group, settings) result(status)
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: group
        character(len=*), intent(in) :: settings
        integer(wb_status) :: status
        character(len=:), allocatable, target :: settings_c
        settings_c = terminated(settings)
        status = wb_optimizer_set_settings(optimizer, group, address(settings_c))
    end function

    function wb_optimizer_class_name_string(optimizer, name) result(status)
        type(wb_optimizer), value :: optimizer
        character(len=:), allocatable, intent(inout) :: name
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        name_c = c_null_ptr
        status = wb_optimizer_class_name(optimizer, name_c)
        if (status == WB_OK) name = wb_text(name_c)
    end function

    function wb_optimizer_state_string(optimizer, index, name, state) result(status)
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: index
        character(len=:), allocatable, intent(inout) :: name
        type(wb_tensor), intent(inout), optional :: state
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        name_c = c_null_ptr
        status = wb_optimizer_state(optimizer, index, name_c, state)
        if (status == WB_OK) name = wb_text(name_c)
    end function

    function wb_optimizer_load_state_string(optimizer, names, states, count) result(status)
        type(wb_optimizer), value :: optimizer
        character(len=*), intent(in) :: names(:)
        type(wb_tensor), intent(in), optional :: states(*)
        integer(c_int32_t), value :: count
        integer(wb_status) :: status
        character(len=len(names) + 1), target :: names_c(size(names))
        names_c = terminated(names)
        status = wb_optimizer_load_state(optimizer, addresses(names_c), states, count)
    end function

    function wb_schedule_create_string(expression, optimizer, schedule) result(status)
        character(len=*), intent(in) :: expression
        type(wb_optimizer), value :: optimizer
        type(wb_schedule), intent(inout) :: schedule
        integer(wb_status) :: status
        character(len=:), allocatable, target :: expression_c
        expression_c = terminated(expression)
        status = wb_schedule_create(address(expression_c), optimizer, schedule)
    end function

    function wb_schedule_create_function_string(expression, optimizer, factor, release, context, schedule) &
        result(status)
        character(len=*), intent(in), optional :: expression
        type(wb_optimizer), value :: optimizer
        type(c_funptr), value :: factor
        type(c_funptr), value :: release
        type(c_ptr), value :: context
        type(wb_schedule), intent(inout), optional :: schedule
        integer(wb_status) :: status
        character(len=:), allocatable, target :: expression_c
        if (present(expression)) expression_c = terminated(expression)
        status = wb_schedule_create_function(address(expression_c), optimizer, factor, release, context, schedule)
    end function

    function wb_schedule_create_composed_string(expression, optimizer, parts, count, schedule) result(status)
        character(len=*), intent(in) :: expression
        type(wb_optimizer), value :: optimizer
        type(wb_schedule), intent(in), optional :: parts(*)
        integer(c_int32_t), value :: count
        type(wb_schedule), intent(inout) :: schedule
        integer(wb_status) :: status
        character(len=:), allocatable, target :: expression_c
        expression_c = terminated(expression)
        status = wb_schedule_create_composed(address(expression_c), optimizer, parts, count, schedule)
    end function

    function wb_schedule_class_name_string(schedule, name) result(status)
        type(wb_schedule), value :: schedule
        character(len=:), allocatable, intent(inout) :: name
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        name_c = c_null_ptr
        status = wb_schedule_class_name(schedule, name_c)
        if (status == WB_OK) name = wb_text(name_c)
    end function

    function wb_schedule_get_string(schedule, name, value) result(status)
        type(wb_schedule), value :: schedule
        character(len=*), intent(in) :: name
        real(c_double), intent(inout) :: value
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        name_c = terminated(name)
        status = wb_schedule_get(schedule, address(name_c), value)
    end function

    function wb_schedule_get_text_string(schedule, name, text) result(status)
        type(wb_schedule), value :: schedule
        character(len=*), intent(in) :: name
        character(len=:), allocatable, intent(inout) :: text
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        type(c_ptr) :: text_c
        name_c = terminated(name)
        text_c = c_null_ptr
        status = wb_schedule_get_text(schedule, address(name_c), text_c)
        if (status == WB_OK) text = wb_text(text_c)
    end function

    function wb_schedule_state_string(schedule, state) result(status)
        type(wb_schedule), value :: schedule
        character(len=:), allocatable, intent(inout) :: state
        integer(wb_status) :: status
        type(c_ptr) :: state_c
        state_c = c_null_ptr
        status = wb_schedule_state(schedule, state_c)
        if (status == WB_OK) state = wb_text(state_c)
    end function

    function wb_schedule_load_state_string(schedule, state) result(status)
        type(wb_schedule), value :: schedule
        character(len=*), intent(in) :: state
        integer(wb_status) :: status
        character(len=:), allocatable, target :: state_c
        state_c = terminated(state)
        status = wb_schedule_load_state(schedule, address(state_c))
    end function

    function wb_dataset_open_string(path, x_name, y_name, x_dtype, scale, flatten, dataset) result(status)
        character(len=*), intent(in), optional :: path
        character(len=*), intent(in), optional :: x_name
        character(len=*), intent(in), optional :: y_name
        integer(wb_dtype), value :: x_dtype
        real(c_double), value :: scale
        integer(c_int32_t), value :: flatten
        type(wb_dataset), intent(inout), optional :: dataset
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=:), allocatable, target :: x_name_c
        character(len=:), allocatable, target :: y_name_c
        if (present(path)) path_c = terminated(path)
        if (present(x_name)) x_name_c = terminated(x_name)
        if (present(y_name)) y_name_c = terminated(y_name)
        status = wb_dataset_open(address(path_c), address(x_name_c), address(y_name_c), x_dtype, scale, flatten, &
            dataset)
    end function

    function wb_dataset_open_columns_string(paths, path_count, names, inputs, targets, has_weight, x_dtype, scale, &
        flatten, dataset) result(status)
        character(len=*), intent(in) :: paths(:)
        integer(c_int32_t), value :: path_count
        character(len=*), intent(in) :: names(:)
        integer(c_int32_t), value :: inputs
        integer(c_int32_t), value :: targets
        integer(c_int32_t), value :: has_weight
        integer(wb_dtype), value :: x_dtype
        real(c_double), value :: scale
        integer(c_int32_t), value :: flatten
        type(wb_dataset), intent(inout) :: dataset
        integer(wb_status) :: status
        character(len=len(paths) + 1), target :: paths_c(size(paths))
        character(len=len(names) + 1), target :: names_c(size(names))
        paths_c = terminated(paths)
        names_c = terminated(names)
        status = wb_dataset_open_columns(addresses(paths_c), path_count, addresses(names_c), inputs, targets, &
            has_weight, x_dtype, scale, flatten, dataset)
    end function

    function wb_dataset_transform_string(dataset, column, transforms, transformed) result(status)
        type(wb_dataset), value :: dataset
        integer(c_int32_t), value :: column
        character(len=*), intent(in) :: transforms
        type(wb_dataset), intent(inout) :: transformed
        integer(wb_status) :: status
        character(len=:), allocatable, target :: transforms_c
        transforms_c = terminated(transforms)
        status = wb_dataset_transform(dataset, column, address(transforms_c), transformed)
    end function

    function wb_writer_open_string(path, part_rows, writer) result(status)
        character(len=*), intent(in) :: path
        integer(c_int64_t), value :: part_rows
        type(wb_writer), intent(inout) :: writer
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        path_c = terminated(path)
        status = wb_writer_open(address(path_c), part_rows, writer)
    end function

    function wb_writer_append_to_string(path, writer) result(status)
        character(len=*), intent(in) :: path
        type(wb_writer), intent(inout) :: writer
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        path_c = terminated(path)
        status = wb_writer_append_to(address(path_c), writer)
    end function

    function wb_writer_add_string(writer, name, dtype, rank, shape) result(status)
        type(wb_writer), value :: writer
        character(len=*), intent(in) :: name
        integer(wb_dtype), value :: dtype
        integer(c_int32_t), value :: rank
        integer(c_int64_t), intent(in), optional :: shape(*)
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        name_c = terminated(name)
        status = wb_writer_add(writer, address(name_c), dtype, rank, shape)
    end function

    function wb_predict_to_file_string(model, dataset, batch_size, path, name, part_rows, begun) result(status)
        type(wb_module), value :: model
        type(wb_dataset), value :: dataset
        integer(c_int64_t), value :: batch_size
        character(len=*), intent(in), optional :: path
        character(len=*), intent(in), optional :: name
        integer(c_int64_t), value :: part_rows
        integer(c_int64_t), intent(inout), optional :: begun
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=:), allocatable, target :: name_c
        if (present(path)) path_c = terminated(path)
        if (present(name)) name_c = terminated(name)
        status = wb_predict_to_file(model, dataset, batch_size, address(path_c), address(name_c), part_rows, begun)
    end function

    function wb_trainer_add_metric_string(trainer, name, metric) result(status)
        type(wb_trainer), value :: trainer
        character(len=*), intent(in) :: name
        type(wb_module), value :: metric
        integer(wb_status) :: status
        character(len=:), allocatable, target :: name_c
        name_c = terminated(name)
        status = wb_trainer_add_metric(trainer, address(name_c), metric)
    end function

    function wb_trainer_state_string(trainer, state) result(status)
        type(wb_trainer), value :: trainer
        character(len=:), allocatable, intent(inout) :: state
        integer(wb_status) :: status
        type(c_ptr) :: state_c
        state_c = c_null_ptr
        status = wb_trainer_state(trainer, state_c)
        if (status == WB_OK) state = wb_text(state_c)
    end function

    function wb_trainer_best_string(trainer, index, name, best) result(status)
        type(wb_trainer), value :: trainer
        integer(c_int32_t), value :: index
        character(len=:), allocatable, intent(inout) :: name
        type(wb_tensor), intent(inout), optional :: best
        integer(wb_status) :: status
        type(c_ptr) :: name_c
        name_c = c_null_ptr
        status = wb_trainer_best(trainer, index, name_c, best)
        if (status == WB_OK) name = wb_text(name_c)
    end function

    function wb_trainer_load_state_string(trainer, state, names, best, count) result(status)
        type(wb_trainer), value :: trainer
        character(len=*), intent(in) :: state
        character(len=*), intent(in) :: names(:)
        type(wb_tensor), intent(in), optional :: best(*)
        integer(c_int32_t), value :: count
        integer(wb_status) :: status
        character(len=:), allocatable, target :: state_c
        character(len=len(names) + 1), target :: names_c(size(names))
        state_c = terminated(state)
        names_c = terminated(names)
        status = wb_trainer_load_state(trainer, address(state_c), addresses(names_c), best, count)
    end function

    function wb_save_string(path, model, optimizer, epoch, step) result(status)
        character(len=*), intent(in), optional :: path
        type(wb_module), value :: model
        type(wb_optimizer), value :: optimizer
        integer(c_int64_t), value :: epoch
        integer(c_int64_t), value :: step
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        if (present(path)) path_c = terminated(path)
        status = wb_save(address(path_c), model, optimizer, epoch, step)
    end function

    function wb_trainer_save_string(trainer, path) result(status)
        type(wb_trainer), value :: trainer
        character(len=*), intent(in) :: path
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        path_c = terminated(path)
        status = wb_trainer_save(trainer, address(path_c))
    end function

    function wb_load_string(path, model) result(status)
        character(len=*), intent(in) :: path
        type(wb_module), intent(inout) :: model
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        path_c = terminated(path)
        status = wb_load(address(path_c), model)
    end function

    function wb_load_with_string(path, classes, count, model) result(status)
        character(len=*), intent(in) :: path
        character(len=*), intent(in) :: classes(:)
        integer(c_int32_t), value :: count
        type(wb_module), intent(inout) :: model
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=len(classes) + 1), target :: classes_c(size(classes))
        path_c = terminated(path)
        classes_c = terminated(classes)
        status = wb_load_with(address(path_c), addresses(classes_c), count, model)
    end function

    function wb_load_into_string(path, model, optimizer, restore_random, epoch, step) result(status)
        character(len=*), intent(in), optional :: path
        type(wb_module), value :: model
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: restore_random
        integer(c_int64_t), intent(inout), optional :: epoch
        integer(c_int64_t), intent(inout), optional :: step
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        if (present(path)) path_c = terminated(path)
        status = wb_load_into(address(path_c), model, optimizer, restore_random, epoch, step)
    end function

    function wb_trainer_load_string(trainer, path) result(status)
        type(wb_trainer), value :: trainer
        character(len=*), intent(in) :: path
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        path_c = terminated(path)
        status = wb_trainer_load(trainer, address(path_c))
    end function

    function wb_checkpoints_open_string(folder, keep, best, largest_is_best, in_background, checkpoints) &
        result(status)
        character(len=*), intent(in), optional :: folder
        integer(c_int32_t), value :: keep
        character(len=*), intent(in), optional :: best
        integer(c_int32_t), value :: largest_is_best
        integer(c_int32_t), value :: in_background
        type(wb_checkpoints), intent(inout), optional :: checkpoints
        integer(wb_status) :: status
        character(len=:), allocatable, target :: folder_c
        character(len=:), allocatable, target :: best_c
        if (present(folder)) folder_c = terminated(folder)
        if (present(best)) best_c = terminated(best)
        status = wb_checkpoints_open(address(folder_c), keep, address(best_c), largest_is_best, in_background, &
            checkpoints)
    end function

    function wb_checkpoints_path_string(checkpoints, index, path) result(status)
        type(wb_checkpoints), value :: checkpoints
        integer(c_int32_t), value :: index
        character(len=:), allocatable, intent(inout) :: path
        integer(wb_status) :: status
        type(c_ptr) :: path_c
        path_c = c_null_ptr
        status = wb_checkpoints_path(checkpoints, index, path_c)
        if (status == WB_OK) path = wb_text(path_c)
    end function

    function wb_checkpoints_best_string(checkpoints, path) result(status)
        type(wb_checkpoints), value :: checkpoints
        character(len=:), allocatable, intent(inout), optional :: path
        integer(wb_status) :: status
        type(c_ptr) :: path_c
        path_c = c_null_ptr
        status = wb_checkpoints_best(checkpoints, path_c)
        if (status == WB_OK .and. present(path)) path = wb_text(path_c)
    end function

    function wb_checkpoints_load_into_string(checkpoints, model, optimizer, restore_random, epoch, step, path) &
        result(status)
        type(wb_checkpoints), value :: checkpoints
        type(wb_module), value :: model
        type(wb_optimizer), value :: optimizer
        integer(c_int32_t), value :: restore_random
        integer(c_int64_t), intent(inout), optional :: epoch
        integer(c_int64_t), intent(inout), optional :: step
        character(len=:), allocatable, intent(inout), optional :: path
        integer(wb_status) :: status
        type(c_ptr) :: path_c
        path_c = c_null_ptr
        status = wb_checkpoints_load_into(checkpoints, model, optimizer, restore_random, epoch, step, path_c)
        if (status == WB_OK .and. present(path)) path = wb_text(path_c)
    end function

    function wb_checkpoints_resume_string(checkpoints, trainer, path) result(status)
        type(wb_checkpoints), value :: checkpoints
        type(wb_trainer), value :: trainer
        character(len=:), allocatable, intent(inout), optional :: path
        integer(wb_status) :: status
        type(c_ptr) :: path_c
        path_c = c_null_ptr
        status = wb_checkpoints_resume(checkpoints, trainer, path_c)
        if (status == WB_OK .and. present(path)) path = wb_text(path_c)
    end function

    function wb_module_from_config_string(config, names, modules, count, dtype, module) result(status)
        character(len=*), intent(in), optional :: config
        character(len=*), intent(in) :: names(:)
        type(wb_module), intent(in), optional :: modules(*)
        integer(c_int32_t), value :: count
        integer(wb_dtype), value :: dtype
        type(wb_module), intent(inout), optional :: module
        integer(wb_status) :: status
        character(len=:), allocatable, target :: config_c
        character(len=len(names) + 1), target :: names_c(size(names))
        if (present(config)) config_c = terminated(config)
        names_c = terminated(names)
        status = wb_module_from_config(address(config_c), addresses(names_c), modules, count, dtype, module)
    end function

    function wb_keras_load_string(path, config, names, modules, count, module) result(status)
        character(len=*), intent(in), optional :: path
        character(len=*), intent(in), optional :: config
        character(len=*), intent(in) :: names(:)
        type(wb_module), intent(in), optional :: modules(*)
        integer(c_int32_t), value :: count
        type(wb_module), intent(inout), optional :: module
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=:), allocatable, target :: config_c
        character(len=len(names) + 1), target :: names_c(size(names))
        if (present(path)) path_c = terminated(path)
        if (present(config)) config_c = terminated(config)
        names_c = terminated(names)
        status = wb_keras_load(address(path_c), address(config_c), addresses(names_c), modules, count, module)
    end function

    function wb_keras_load_weights_string(path, module) result(status)
        character(len=*), intent(in) :: path
        type(wb_module), value :: module
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        path_c = terminated(path)
        status = wb_keras_load_weights(address(path_c), module)
    end function

    function wb_keras_config_string(path, config) result(status)
        character(len=*), intent(in), optional :: path
        character(len=:), allocatable, intent(inout), optional :: config
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        type(c_ptr) :: config_c
        if (present(path)) path_c = terminated(path)
        config_c = c_null_ptr
        status = wb_keras_config(address(path_c), config_c)
        if (status == WB_OK .and. present(config)) config = wb_text(config_c)
    end function

    function wb_keras_training_string(path, module, training, optimizer) result(status)
        character(len=*), intent(in), optional :: path
        type(wb_module), value :: module
        character(len=:), allocatable, intent(inout), optional :: training
        type(wb_optimizer), intent(inout), optional :: optimizer
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        type(c_ptr) :: training_c
        if (present(path)) path_c = terminated(path)
        training_c = c_null_ptr
        status = wb_keras_training(address(path_c), module, training_c, optimizer)
        if (status == WB_OK .and. present(training)) training = wb_text(training_c)
    end function

    function wb_keras_save_string(path, module, format, input_shape, training, optimizer) result(status)
        character(len=*), intent(in), optional :: path
        type(wb_module), value :: module
        character(len=*), intent(in), optional :: format
        character(len=*), intent(in), optional :: input_shape
        character(len=*), intent(in), optional :: training
        type(wb_optimizer), value :: optimizer
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=:), allocatable, target :: format_c
        character(len=:), allocatable, target :: input_shape_c
        character(len=:), allocatable, target :: training_c
        if (present(path)) path_c = terminated(path)
        if (present(format)) format_c = terminated(format)
        if (present(input_shape)) input_shape_c = terminated(input_shape)
        if (present(training)) training_c = terminated(training)
        status = wb_keras_save(address(path_c), module, address(format_c), address(input_shape_c), &
            address(training_c), optimizer)
    end function

    function wb_keras_save_objects_string(path, paths, modules, count, config, optimizer) result(status)
        character(len=*), intent(in), optional :: path
        character(len=*), intent(in) :: paths(:)
        type(wb_module), intent(in), optional :: modules(*)
        integer(c_int32_t), value :: count
        character(len=*), intent(in), optional :: config
        type(wb_optimizer), value :: optimizer
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=len(paths) + 1), target :: paths_c(size(paths))
        character(len=:), allocatable, target :: config_c
        if (present(path)) path_c = terminated(path)
        paths_c = terminated(paths)
        if (present(config)) config_c = terminated(config)
        status = wb_keras_save_objects(address(path_c), addresses(paths_c), modules, count, address(config_c), &
            optimizer)
    end function

    function wb_keras_load_objects_string(path, paths, modules, count) result(status)
        character(len=*), intent(in) :: path
        character(len=*), intent(in) :: paths(:)
        type(wb_module), intent(in), optional :: modules(*)
        integer(c_int32_t), value :: count
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=len(paths) + 1), target :: paths_c(size(paths))
        path_c = terminated(path)
        paths_c = terminated(paths)
        status = wb_keras_load_objects(address(path_c), addresses(paths_c), modules, count)
    end function

    function wb_module_config_string(module, input_shape, config) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in) :: input_shape
        character(len=:), allocatable, intent(inout) :: config
        integer(wb_status) :: status
        character(len=:), allocatable, target :: input_shape_c
        type(c_ptr) :: config_c
        input_shape_c = terminated(input_shape)
        config_c = c_null_ptr
        status = wb_module_config(module, address(input_shape_c), config_c)
        if (status == WB_OK) config = wb_text(config_c)
    end function

    function wb_h5_read_string(path, name, options, limit, value) result(status)
        character(len=*), intent(in), optional :: path
        character(len=*), intent(in), optional :: name
        integer(c_int32_t), value :: options
        integer(c_int64_t), value :: limit
        type(wb_value), intent(inout), optional :: value
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=:), allocatable, target :: name_c
        if (present(path)) path_c = terminated(path)
        if (present(name)) name_c = terminated(name)
        status = wb_h5_read(address(path_c), address(name_c), options, limit, value)
    end function

    function wb_h5_attributes_string(path, name, attributes) result(status)
        character(len=*), intent(in) :: path
        character(len=*), intent(in) :: name
        type(wb_value), intent(inout) :: attributes
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=:), allocatable, target :: name_c
        path_c = terminated(path)
        name_c = terminated(name)
        status = wb_h5_attributes(address(path_c), address(name_c), attributes)
    end function

    function wb_h5_contents_string(path, contents) result(status)
        character(len=*), intent(in) :: path
        type(wb_value), intent(inout) :: contents
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        path_c = terminated(path)
        status = wb_h5_contents(address(path_c), contents)
    end function

    function wb_h5_write_string(path, names, tensors, count, attribute_paths, attribute_names, attribute_values, &
        attribute_count) result(status)
        character(len=*), intent(in), optional :: path
        character(len=*), intent(in) :: names(:)
        type(wb_tensor), intent(in), optional :: tensors(*)
        integer(c_int32_t), value :: count
        character(len=*), intent(in) :: attribute_paths(:)
        character(len=*), intent(in) :: attribute_names(:)
        character(len=*), intent(in) :: attribute_values(:)
        integer(c_int32_t), value :: attribute_count
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=len(names) + 1), target :: names_c(size(names))
        character(len=len(attribute_paths) + 1), target :: attribute_paths_c(size(attribute_paths))
        character(len=len(attribute_names) + 1), target :: attribute_names_c(size(attribute_names))
        character(len=len(attribute_values) + 1), target :: attribute_values_c(size(attribute_values))
        if (present(path)) path_c = terminated(path)
        names_c = terminated(names)
        attribute_paths_c = terminated(attribute_paths)
        attribute_names_c = terminated(attribute_names)
        attribute_values_c = terminated(attribute_values)
        status = wb_h5_write(address(path_c), addresses(names_c), tensors, count, addresses(attribute_paths_c), &
            addresses(attribute_names_c), addresses(attribute_values_c), attribute_count)
    end function

    function wb_value_key_string(value, index, key) result(status)
        type(wb_value), value :: value
        integer(c_int64_t), value :: index
        character(len=:), allocatable, intent(inout) :: key
        integer(wb_status) :: status
        type(c_ptr) :: key_c
        key_c = c_null_ptr
        status = wb_value_key(value, index, key_c)
        if (status == WB_OK) key = wb_text(key_c)
    end function

    function wb_value_find_string(value, key, item) result(status)
        type(wb_value), value :: value
        character(len=*), intent(in) :: key
        type(wb_value), intent(inout) :: item
        integer(wb_status) :: status
        character(len=:), allocatable, target :: key_c
        key_c = terminated(key)
        status = wb_value_find(value, address(key_c), item)
    end function

    function wb_value_text_string(value, text) result(status)
        type(wb_value), value :: value
        character(len=:), allocatable, intent(inout) :: text
        integer(wb_status) :: status
        type(c_ptr) :: text_c
        text_c = c_null_ptr
        status = wb_value_text(value, text_c)
        if (status == WB_OK) text = wb_text(text_c)
    end function

    function wb_value_array_string(value, type, item_size, data) result(status)
        type(wb_value), value :: value
        character(len=:), allocatable, intent(inout), optional :: type
        integer(c_int64_t), intent(inout), optional :: item_size
        type(c_ptr), intent(inout), optional :: data
        integer(wb_status) :: status
        type(c_ptr) :: type_c
        type_c = c_null_ptr
        status = wb_value_array(value, type_c, item_size, data)
        if (status == WB_OK .and. present(type)) type = wb_text(type_c)
    end function

    function wb_value_labels_string(value, labels) result(status)
        type(wb_value), value :: value
        character(len=:), allocatable, intent(inout) :: labels
        integer(wb_status) :: status
        type(c_ptr) :: labels_c
        labels_c = c_null_ptr
        status = wb_value_labels(value, labels_c)
        if (status == WB_OK) labels = wb_text(labels_c)
    end function

    function wb_weights_read_string(path, limit, weights) result(status)
        character(len=*), intent(in) :: path
        integer(c_int64_t), value :: limit
        type(wb_value), intent(inout) :: weights
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        path_c = terminated(path)
        status = wb_weights_read(address(path_c), limit, weights)
    end function

    function wb_module_load_weights_string(module, path, names, targets, count, layout, strict) result(status)
        type(wb_module), value :: module
        character(len=*), intent(in), optional :: path
        character(len=*), intent(in) :: names(:)
        character(len=*), intent(in) :: targets(:)
        integer(c_int32_t), value :: count
        character(len=*), intent(in), optional :: layout
        integer(c_int32_t), value :: strict
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=len(names) + 1), target :: names_c(size(names))
        character(len=len(targets) + 1), target :: targets_c(size(targets))
        character(len=:), allocatable, target :: layout_c
        if (present(path)) path_c = terminated(path)
        names_c = terminated(names)
        targets_c = terminated(targets)
        if (present(layout)) layout_c = terminated(layout)
        status = wb_module_load_weights(module, address(path_c), addresses(names_c), addresses(targets_c), count, &
            address(layout_c), strict)
    end function

    function wb_safetensors_save_string(path, names, tensors, count, notes, note_count) result(status)
        character(len=*), intent(in), optional :: path
        character(len=*), intent(in) :: names(:)
        type(wb_tensor), intent(in), optional :: tensors(*)
        integer(c_int32_t), value :: count
        character(len=*), intent(in) :: notes(:)
        integer(c_int32_t), value :: note_count
        integer(wb_status) :: status
        character(len=:), allocatable, target :: path_c
        character(len=len(names) + 1), target :: names_c(size(names))
        character(len=len(notes) + 1), target :: notes_c(size(notes))
        if (present(path)) path_c = terminated(path)
        names_c = terminated(names)
        notes_c = terminated(notes)
        status = wb_safetensors_save(address(path_c), addresses(names_c), tensors, count, addresses(notes_c), &
            note_count)
    end function

    ! ------------------------------------------------------------ arrays
    ! wb_tensor_create(values, tensor) and wb_tensor_read(tensor, values), for each type and rank.

    function create(dtype, extents, values, tensor) result(status)
        integer(wb_dtype), intent(in) :: dtype
        integer(c_int64_t), intent(in) :: extents(:)
        type(*), intent(in), target :: values(*)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        integer(c_int64_t) :: shape(size(extents))
        type(c_ptr) :: data
        shape = extents(size(extents):1:-1)
        data = c_null_ptr
        if (product(shape) > 0) data = c_loc(values)
        status = wb_tensor_create(dtype, size(shape, kind=c_int32_t), shape, data, tensor)
    end function

    ! An array of another type than the tensor's gets converted values, one of another shape WB_ERROR_SHAPE.
    function read_into(tensor, dtype, extents, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(wb_dtype), intent(in) :: dtype
        integer(c_int64_t), intent(in) :: extents(:)
        type(*), intent(inout), target :: values(*)
        integer(wb_status) :: status, unused
        integer(c_int64_t) :: shape(size(extents)), expected(size(extents))
        integer(c_int32_t) :: rank
        integer(wb_dtype) :: found
        integer(c_size_t) :: bytes
        type(wb_tensor) :: converted
        type(c_ptr) :: destination
        expected = extents(size(extents):1:-1)
        shape = -1
        status = wb_tensor_info(tensor, dtype=found, rank=rank, capacity=size(shape, kind=c_int32_t), shape=shape)
        if (status /= WB_OK) return
        bytes = product(expected) * wb_dtype_size(dtype)
        destination = c_null_ptr
        if (bytes > 0) destination = c_loc(values)
        if (found == dtype .and. rank == size(expected) .and. all(shape == expected)) then
            status = wb_tensor_read(tensor, destination, bytes)
            return
        end if
        status = wb_tensor_create(dtype, size(expected, kind=c_int32_t), expected, c_null_ptr, converted)
        if (status == WB_OK) status = wb_tensor_assign(converted, tensor)
        if (status == WB_OK) status = wb_tensor_read(converted, destination, bytes)
        unused = wb_tensor_free(converted)
    end function

    function create_float32_0(values, tensor) result(status)
        real(c_float), intent(in) :: values
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT32, shape(values, c_int64_t), [values], tensor)
    end function

    function create_float32_1(values, tensor) result(status)
        real(c_float), intent(in), contiguous :: values(:)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_float32_2(values, tensor) result(status)
        real(c_float), intent(in), contiguous :: values(:, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_float32_3(values, tensor) result(status)
        real(c_float), intent(in), contiguous :: values(:, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_float32_4(values, tensor) result(status)
        real(c_float), intent(in), contiguous :: values(:, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_float32_5(values, tensor) result(status)
        real(c_float), intent(in), contiguous :: values(:, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_float32_6(values, tensor) result(status)
        real(c_float), intent(in), contiguous :: values(:, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_float32_7(values, tensor) result(status)
        real(c_float), intent(in), contiguous :: values(:, :, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT32, shape(values, c_int64_t), values, tensor)
    end function

    function read_float32_0(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_float), intent(inout) :: values
        integer(wb_status) :: status
        real(c_float) :: value(1)
        status = read_into(tensor, WB_FLOAT32, shape(values, c_int64_t), value)
        if (status == WB_OK) values = value(1)
    end function

    function read_float32_1(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_float), intent(inout), contiguous :: values(:)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT32, shape(values, c_int64_t), values)
    end function

    function read_float32_2(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_float), intent(inout), contiguous :: values(:, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT32, shape(values, c_int64_t), values)
    end function

    function read_float32_3(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_float), intent(inout), contiguous :: values(:, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT32, shape(values, c_int64_t), values)
    end function

    function read_float32_4(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_float), intent(inout), contiguous :: values(:, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT32, shape(values, c_int64_t), values)
    end function

    function read_float32_5(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_float), intent(inout), contiguous :: values(:, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT32, shape(values, c_int64_t), values)
    end function

    function read_float32_6(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_float), intent(inout), contiguous :: values(:, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT32, shape(values, c_int64_t), values)
    end function

    function read_float32_7(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_float), intent(inout), contiguous :: values(:, :, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT32, shape(values, c_int64_t), values)
    end function

    function create_float64_0(values, tensor) result(status)
        real(c_double), intent(in) :: values
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT64, shape(values, c_int64_t), [values], tensor)
    end function

    function create_float64_1(values, tensor) result(status)
        real(c_double), intent(in), contiguous :: values(:)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_float64_2(values, tensor) result(status)
        real(c_double), intent(in), contiguous :: values(:, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_float64_3(values, tensor) result(status)
        real(c_double), intent(in), contiguous :: values(:, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_float64_4(values, tensor) result(status)
        real(c_double), intent(in), contiguous :: values(:, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_float64_5(values, tensor) result(status)
        real(c_double), intent(in), contiguous :: values(:, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_float64_6(values, tensor) result(status)
        real(c_double), intent(in), contiguous :: values(:, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_float64_7(values, tensor) result(status)
        real(c_double), intent(in), contiguous :: values(:, :, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_FLOAT64, shape(values, c_int64_t), values, tensor)
    end function

    function read_float64_0(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_double), intent(inout) :: values
        integer(wb_status) :: status
        real(c_double) :: value(1)
        status = read_into(tensor, WB_FLOAT64, shape(values, c_int64_t), value)
        if (status == WB_OK) values = value(1)
    end function

    function read_float64_1(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_double), intent(inout), contiguous :: values(:)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT64, shape(values, c_int64_t), values)
    end function

    function read_float64_2(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_double), intent(inout), contiguous :: values(:, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT64, shape(values, c_int64_t), values)
    end function

    function read_float64_3(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_double), intent(inout), contiguous :: values(:, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT64, shape(values, c_int64_t), values)
    end function

    function read_float64_4(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_double), intent(inout), contiguous :: values(:, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT64, shape(values, c_int64_t), values)
    end function

    function read_float64_5(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_double), intent(inout), contiguous :: values(:, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT64, shape(values, c_int64_t), values)
    end function

    function read_float64_6(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_double), intent(inout), contiguous :: values(:, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT64, shape(values, c_int64_t), values)
    end function

    function read_float64_7(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        real(c_double), intent(inout), contiguous :: values(:, :, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_FLOAT64, shape(values, c_int64_t), values)
    end function

    function create_int32_0(values, tensor) result(status)
        integer(c_int32_t), intent(in) :: values
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT32, shape(values, c_int64_t), [values], tensor)
    end function

    function create_int32_1(values, tensor) result(status)
        integer(c_int32_t), intent(in), contiguous :: values(:)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_int32_2(values, tensor) result(status)
        integer(c_int32_t), intent(in), contiguous :: values(:, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_int32_3(values, tensor) result(status)
        integer(c_int32_t), intent(in), contiguous :: values(:, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_int32_4(values, tensor) result(status)
        integer(c_int32_t), intent(in), contiguous :: values(:, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_int32_5(values, tensor) result(status)
        integer(c_int32_t), intent(in), contiguous :: values(:, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_int32_6(values, tensor) result(status)
        integer(c_int32_t), intent(in), contiguous :: values(:, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT32, shape(values, c_int64_t), values, tensor)
    end function

    function create_int32_7(values, tensor) result(status)
        integer(c_int32_t), intent(in), contiguous :: values(:, :, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT32, shape(values, c_int64_t), values, tensor)
    end function

    function read_int32_0(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int32_t), intent(inout) :: values
        integer(wb_status) :: status
        integer(c_int32_t) :: value(1)
        status = read_into(tensor, WB_INT32, shape(values, c_int64_t), value)
        if (status == WB_OK) values = value(1)
    end function

    function read_int32_1(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int32_t), intent(inout), contiguous :: values(:)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT32, shape(values, c_int64_t), values)
    end function

    function read_int32_2(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int32_t), intent(inout), contiguous :: values(:, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT32, shape(values, c_int64_t), values)
    end function

    function read_int32_3(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int32_t), intent(inout), contiguous :: values(:, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT32, shape(values, c_int64_t), values)
    end function

    function read_int32_4(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int32_t), intent(inout), contiguous :: values(:, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT32, shape(values, c_int64_t), values)
    end function

    function read_int32_5(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int32_t), intent(inout), contiguous :: values(:, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT32, shape(values, c_int64_t), values)
    end function

    function read_int32_6(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int32_t), intent(inout), contiguous :: values(:, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT32, shape(values, c_int64_t), values)
    end function

    function read_int32_7(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int32_t), intent(inout), contiguous :: values(:, :, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT32, shape(values, c_int64_t), values)
    end function

    function create_int64_0(values, tensor) result(status)
        integer(c_int64_t), intent(in) :: values
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT64, shape(values, c_int64_t), [values], tensor)
    end function

    function create_int64_1(values, tensor) result(status)
        integer(c_int64_t), intent(in), contiguous :: values(:)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_int64_2(values, tensor) result(status)
        integer(c_int64_t), intent(in), contiguous :: values(:, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_int64_3(values, tensor) result(status)
        integer(c_int64_t), intent(in), contiguous :: values(:, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_int64_4(values, tensor) result(status)
        integer(c_int64_t), intent(in), contiguous :: values(:, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_int64_5(values, tensor) result(status)
        integer(c_int64_t), intent(in), contiguous :: values(:, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_int64_6(values, tensor) result(status)
        integer(c_int64_t), intent(in), contiguous :: values(:, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT64, shape(values, c_int64_t), values, tensor)
    end function

    function create_int64_7(values, tensor) result(status)
        integer(c_int64_t), intent(in), contiguous :: values(:, :, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_INT64, shape(values, c_int64_t), values, tensor)
    end function

    function read_int64_0(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int64_t), intent(inout) :: values
        integer(wb_status) :: status
        integer(c_int64_t) :: value(1)
        status = read_into(tensor, WB_INT64, shape(values, c_int64_t), value)
        if (status == WB_OK) values = value(1)
    end function

    function read_int64_1(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int64_t), intent(inout), contiguous :: values(:)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT64, shape(values, c_int64_t), values)
    end function

    function read_int64_2(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int64_t), intent(inout), contiguous :: values(:, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT64, shape(values, c_int64_t), values)
    end function

    function read_int64_3(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int64_t), intent(inout), contiguous :: values(:, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT64, shape(values, c_int64_t), values)
    end function

    function read_int64_4(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int64_t), intent(inout), contiguous :: values(:, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT64, shape(values, c_int64_t), values)
    end function

    function read_int64_5(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int64_t), intent(inout), contiguous :: values(:, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT64, shape(values, c_int64_t), values)
    end function

    function read_int64_6(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int64_t), intent(inout), contiguous :: values(:, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT64, shape(values, c_int64_t), values)
    end function

    function read_int64_7(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int64_t), intent(inout), contiguous :: values(:, :, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_INT64, shape(values, c_int64_t), values)
    end function

    function create_uint8_0(values, tensor) result(status)
        integer(c_int8_t), intent(in) :: values
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_UINT8, shape(values, c_int64_t), [values], tensor)
    end function

    function create_uint8_1(values, tensor) result(status)
        integer(c_int8_t), intent(in), contiguous :: values(:)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_UINT8, shape(values, c_int64_t), values, tensor)
    end function

    function create_uint8_2(values, tensor) result(status)
        integer(c_int8_t), intent(in), contiguous :: values(:, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_UINT8, shape(values, c_int64_t), values, tensor)
    end function

    function create_uint8_3(values, tensor) result(status)
        integer(c_int8_t), intent(in), contiguous :: values(:, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_UINT8, shape(values, c_int64_t), values, tensor)
    end function

    function create_uint8_4(values, tensor) result(status)
        integer(c_int8_t), intent(in), contiguous :: values(:, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_UINT8, shape(values, c_int64_t), values, tensor)
    end function

    function create_uint8_5(values, tensor) result(status)
        integer(c_int8_t), intent(in), contiguous :: values(:, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_UINT8, shape(values, c_int64_t), values, tensor)
    end function

    function create_uint8_6(values, tensor) result(status)
        integer(c_int8_t), intent(in), contiguous :: values(:, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_UINT8, shape(values, c_int64_t), values, tensor)
    end function

    function create_uint8_7(values, tensor) result(status)
        integer(c_int8_t), intent(in), contiguous :: values(:, :, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_UINT8, shape(values, c_int64_t), values, tensor)
    end function

    function read_uint8_0(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int8_t), intent(inout) :: values
        integer(wb_status) :: status
        integer(c_int8_t) :: value(1)
        status = read_into(tensor, WB_UINT8, shape(values, c_int64_t), value)
        if (status == WB_OK) values = value(1)
    end function

    function read_uint8_1(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int8_t), intent(inout), contiguous :: values(:)
        integer(wb_status) :: status
        status = read_into(tensor, WB_UINT8, shape(values, c_int64_t), values)
    end function

    function read_uint8_2(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int8_t), intent(inout), contiguous :: values(:, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_UINT8, shape(values, c_int64_t), values)
    end function

    function read_uint8_3(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int8_t), intent(inout), contiguous :: values(:, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_UINT8, shape(values, c_int64_t), values)
    end function

    function read_uint8_4(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int8_t), intent(inout), contiguous :: values(:, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_UINT8, shape(values, c_int64_t), values)
    end function

    function read_uint8_5(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int8_t), intent(inout), contiguous :: values(:, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_UINT8, shape(values, c_int64_t), values)
    end function

    function read_uint8_6(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int8_t), intent(inout), contiguous :: values(:, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_UINT8, shape(values, c_int64_t), values)
    end function

    function read_uint8_7(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        integer(c_int8_t), intent(inout), contiguous :: values(:, :, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_UINT8, shape(values, c_int64_t), values)
    end function

    function create_bool_0(values, tensor) result(status)
        logical(c_bool), intent(in) :: values
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_BOOL, shape(values, c_int64_t), [values], tensor)
    end function

    function create_bool_1(values, tensor) result(status)
        logical(c_bool), intent(in), contiguous :: values(:)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_BOOL, shape(values, c_int64_t), values, tensor)
    end function

    function create_bool_2(values, tensor) result(status)
        logical(c_bool), intent(in), contiguous :: values(:, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_BOOL, shape(values, c_int64_t), values, tensor)
    end function

    function create_bool_3(values, tensor) result(status)
        logical(c_bool), intent(in), contiguous :: values(:, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_BOOL, shape(values, c_int64_t), values, tensor)
    end function

    function create_bool_4(values, tensor) result(status)
        logical(c_bool), intent(in), contiguous :: values(:, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_BOOL, shape(values, c_int64_t), values, tensor)
    end function

    function create_bool_5(values, tensor) result(status)
        logical(c_bool), intent(in), contiguous :: values(:, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_BOOL, shape(values, c_int64_t), values, tensor)
    end function

    function create_bool_6(values, tensor) result(status)
        logical(c_bool), intent(in), contiguous :: values(:, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_BOOL, shape(values, c_int64_t), values, tensor)
    end function

    function create_bool_7(values, tensor) result(status)
        logical(c_bool), intent(in), contiguous :: values(:, :, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = create(WB_BOOL, shape(values, c_int64_t), values, tensor)
    end function

    function read_bool_0(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical(c_bool), intent(inout) :: values
        integer(wb_status) :: status
        logical(c_bool) :: value(1)
        status = read_into(tensor, WB_BOOL, shape(values, c_int64_t), value)
        if (status == WB_OK) values = value(1)
    end function

    function read_bool_1(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical(c_bool), intent(inout), contiguous :: values(:)
        integer(wb_status) :: status
        status = read_into(tensor, WB_BOOL, shape(values, c_int64_t), values)
    end function

    function read_bool_2(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical(c_bool), intent(inout), contiguous :: values(:, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_BOOL, shape(values, c_int64_t), values)
    end function

    function read_bool_3(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical(c_bool), intent(inout), contiguous :: values(:, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_BOOL, shape(values, c_int64_t), values)
    end function

    function read_bool_4(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical(c_bool), intent(inout), contiguous :: values(:, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_BOOL, shape(values, c_int64_t), values)
    end function

    function read_bool_5(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical(c_bool), intent(inout), contiguous :: values(:, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_BOOL, shape(values, c_int64_t), values)
    end function

    function read_bool_6(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical(c_bool), intent(inout), contiguous :: values(:, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_BOOL, shape(values, c_int64_t), values)
    end function

    function read_bool_7(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical(c_bool), intent(inout), contiguous :: values(:, :, :, :, :, :, :)
        integer(wb_status) :: status
        status = read_into(tensor, WB_BOOL, shape(values, c_int64_t), values)
    end function

    function create_logical_0(values, tensor) result(status)
        logical, intent(in) :: values
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = wb_tensor_create(logical(values, c_bool), tensor)
    end function

    function create_logical_1(values, tensor) result(status)
        logical, intent(in) :: values(:)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = wb_tensor_create(logical(values, c_bool), tensor)
    end function

    function create_logical_2(values, tensor) result(status)
        logical, intent(in) :: values(:, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = wb_tensor_create(logical(values, c_bool), tensor)
    end function

    function create_logical_3(values, tensor) result(status)
        logical, intent(in) :: values(:, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = wb_tensor_create(logical(values, c_bool), tensor)
    end function

    function create_logical_4(values, tensor) result(status)
        logical, intent(in) :: values(:, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = wb_tensor_create(logical(values, c_bool), tensor)
    end function

    function create_logical_5(values, tensor) result(status)
        logical, intent(in) :: values(:, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = wb_tensor_create(logical(values, c_bool), tensor)
    end function

    function create_logical_6(values, tensor) result(status)
        logical, intent(in) :: values(:, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = wb_tensor_create(logical(values, c_bool), tensor)
    end function

    function create_logical_7(values, tensor) result(status)
        logical, intent(in) :: values(:, :, :, :, :, :, :)
        type(wb_tensor), intent(inout) :: tensor
        integer(wb_status) :: status
        status = wb_tensor_create(logical(values, c_bool), tensor)
    end function

    function read_logical_0(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical, intent(inout) :: values
        integer(wb_status) :: status
        logical(c_bool) :: bytes
        status = wb_tensor_read(tensor, bytes)
        if (status == WB_OK) values = bytes
    end function

    function read_logical_1(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical, intent(inout) :: values(:)
        integer(wb_status) :: status
        logical(c_bool), allocatable :: bytes(:)
        allocate(bytes(size(values, 1)))
        status = wb_tensor_read(tensor, bytes)
        if (status == WB_OK) values = bytes
    end function

    function read_logical_2(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical, intent(inout) :: values(:, :)
        integer(wb_status) :: status
        logical(c_bool), allocatable :: bytes(:, :)
        allocate(bytes(size(values, 1), size(values, 2)))
        status = wb_tensor_read(tensor, bytes)
        if (status == WB_OK) values = bytes
    end function

    function read_logical_3(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical, intent(inout) :: values(:, :, :)
        integer(wb_status) :: status
        logical(c_bool), allocatable :: bytes(:, :, :)
        allocate(bytes(size(values, 1), size(values, 2), size(values, 3)))
        status = wb_tensor_read(tensor, bytes)
        if (status == WB_OK) values = bytes
    end function

    function read_logical_4(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical, intent(inout) :: values(:, :, :, :)
        integer(wb_status) :: status
        logical(c_bool), allocatable :: bytes(:, :, :, :)
        allocate(bytes(size(values, 1), size(values, 2), size(values, 3), size(values, 4)))
        status = wb_tensor_read(tensor, bytes)
        if (status == WB_OK) values = bytes
    end function

    function read_logical_5(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical, intent(inout) :: values(:, :, :, :, :)
        integer(wb_status) :: status
        logical(c_bool), allocatable :: bytes(:, :, :, :, :)
        allocate(bytes(size(values, 1), size(values, 2), size(values, 3), size(values, 4), size(values, 5)))
        status = wb_tensor_read(tensor, bytes)
        if (status == WB_OK) values = bytes
    end function

    function read_logical_6(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical, intent(inout) :: values(:, :, :, :, :, :)
        integer(wb_status) :: status
        logical(c_bool), allocatable :: bytes(:, :, :, :, :, :)
        allocate(bytes(size(values, 1), size(values, 2), size(values, 3), size(values, 4), size(values, 5), &
            size(values, 6)))
        status = wb_tensor_read(tensor, bytes)
        if (status == WB_OK) values = bytes
    end function

    function read_logical_7(tensor, values) result(status)
        type(wb_tensor), intent(in) :: tensor
        logical, intent(inout) :: values(:, :, :, :, :, :, :)
        integer(wb_status) :: status
        logical(c_bool), allocatable :: bytes(:, :, :, :, :, :, :)
        allocate(bytes(size(values, 1), size(values, 2), size(values, 3), size(values, 4), size(values, 5), &
            size(values, 6), size(values, 7)))
        status = wb_tensor_read(tensor, bytes)
        if (status == WB_OK) values = bytes
    end function
end module
