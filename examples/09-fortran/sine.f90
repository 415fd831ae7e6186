! A network learns the sine, is saved, loaded and asked again. Ends with 1 if it has not learned, or if the loaded one
! gives other values than the trained one.
program sine
    use wingbeat
    use, intrinsic :: iso_fortran_env, only: error_unit
    implicit none
    integer, parameter :: rows = 256, steps = 500
    real(c_float) :: x(1, rows), y(1, rows), trained(1, rows), loaded(1, rows)
    type(wb_module) :: model, loss_fn
    type(wb_optimizer) :: optimizer
    type(wb_tensor), allocatable :: parameters(:)
    type(wb_tensor) :: xs, ys, prediction, loss(1)
    integer(c_int32_t) :: parameter_count, i
    real(c_double) :: mean_square

    x(1, :) = [(-3 + 6 * real(i - 1, c_float) / (rows - 1), i = 1, rows)]
    y = sin(x)

    call ok(wb_manual_seed(0_c_int64_t))
    call ok(wb_module_create("Sequential(Linear(1, 64), Tanh(), Linear(64, 1))", WB_FLOAT32, model))
    call ok(wb_module_create("MSELoss()", WB_FLOAT32, loss_fn))
    call ok(wb_module_parameter_count(model, parameter_count))
    allocate(parameters(parameter_count))
    do i = 1, parameter_count
        call ok(wb_module_parameter(model, i - 1, parameter=parameters(i)))
    end do
    call ok(wb_optimizer_create("Adam(lr=0.01)", parameters, parameter_count, optimizer))

    ! x(1, rows) is the tensor [rows, 1]: a batch of rows with one feature each.
    call ok(wb_tensor_create(x, xs))
    call ok(wb_tensor_create(y, ys))
    do i = 1, steps
        call ok(wb_scope_begin()) ! whose end frees the handles made in a step
        call ok(wb_module_forward(model, xs, prediction))
        call ok(wb_module_call(loss_fn, c_null_ptr, [prediction, ys], 2, loss, 1))
        call ok(wb_optimizer_zero_grad(optimizer))
        call ok(wb_backward(loss(1), wb_tensor(), 0))
        call ok(wb_optimizer_step(optimizer))
        if (i == 1 .or. mod(i, 100) == 0) then
            call ok(wb_tensor_item(loss(1), mean_square))
            print "(a, i4, a, f9.6)", "step", i, ": mean squared error", mean_square
        end if
        call ok(wb_scope_end())
    end do

    call predict(trained)
    call ok(wb_save("sine.h5", model, optimizer, 0_c_int64_t, int(steps, c_int64_t)))
    call ok(wb_module_free(model))
    call ok(wb_load("sine.h5", model))
    call predict(loaded)
    i = rows / 2 + 20
    print "(3(a, f7.4))", "sin(", x(1, i), ") =", y(1, i), ", the network's:", loaded(1, i)

    if (mean_square > 0.001d0) error stop "the network has not learned the sine"
    if (any(transfer(trained, [0_c_int32_t]) /= transfer(loaded, [0_c_int32_t]))) &
        error stop "the loaded network gives other values"

    do i = 1, parameter_count
        call ok(wb_tensor_free(parameters(i)))
    end do
    call ok(wb_tensor_free(xs))
    call ok(wb_tensor_free(ys))
    call ok(wb_optimizer_free(optimizer))
    call ok(wb_module_free(loss_fn))
    call ok(wb_module_free(model))

contains

    ! Ends the program with the library's sentence.
    subroutine ok(status)
        integer(wb_status), intent(in) :: status
        if (status == WB_OK) return
        write(error_unit, "(a)") wb_error()
        error stop 1
    end subroutine

    subroutine predict(values)
        real(c_float), intent(out) :: values(1, rows)
        call ok(wb_module_forward(model, xs, prediction))
        call ok(wb_tensor_read(prediction, values))
        call ok(wb_tensor_free(prediction))
    end subroutine
end program
