! Tensors, operations, derivatives, texts and callbacks from Fortran, each compared with what Fortran computes itself.
! Prints what is wrong, and `N passed, M failed`; ends with 1 if anything failed.
module checks
    use wingbeat
    implicit none
    integer :: passed = 0, failed = 0, wrong = 0
    integer :: releases = 0
contains

    subroutine expect(condition, what)
        logical, intent(in) :: condition
        character(len=*), intent(in) :: what
        if (condition) return
        wrong = wrong + 1
        print "(2a)", "expected: ", what
    end subroutine

    subroutine ok(status)
        integer(wb_status), intent(in) :: status
        if (status == WB_OK) return
        wrong = wrong + 1
        print "(3a)", wb_status_name_string(status), ": ", wb_error()
    end subroutine

    ! A call that fails with a status, and a sentence that holds a text.
    subroutine fails(status, expected, text)
        integer(wb_status), intent(in) :: status, expected
        character(len=*), intent(in) :: text
        character(len=:), allocatable :: sentence
        sentence = wb_error()
        if (status == expected .and. index(sentence, text) > 0) return
        wrong = wrong + 1
        print "(4a)", "expected ", wb_status_name_string(expected), " with ", text
        print "(4a)", "found ", wb_status_name_string(status), " with ", sentence
    end subroutine

    subroutine run(test, name)
        interface
            subroutine test()
            end subroutine
        end interface
        character(len=*), intent(in) :: name
        wrong = 0
        call ok(wb_scope_begin())
        call test()
        call ok(wb_scope_end())
        if (wrong == 0) then
            passed = passed + 1
        else
            failed = failed + 1
            print "(2a)", "FAILED: ", name
        end if
    end subroutine

    subroutine an_array_is_the_tensor_whose_shape_is_the_other_way_round()
        real(c_float) :: a(3, 4)
        real(c_float), pointer :: elements(:)
        integer(c_int64_t) :: shape(2)
        integer(c_int32_t) :: rank
        integer(wb_dtype) :: dtype
        type(wb_tensor) :: tensor, part
        type(c_ptr) :: data
        real(c_double) :: value
        call random_number(a)
        call ok(wb_tensor_create(a, tensor))
        call ok(wb_tensor_info(tensor, dtype, rank, 2, shape))
        call expect(dtype == WB_FLOAT32 .and. rank == 2 .and. all(shape == [4, 3]), "a float32 tensor of shape [4, 3]")
        call ok(wb_tensor_data(tensor, data))
        call c_f_pointer(data, elements, [12])
        call expect(all(elements == reshape(a, [12])), "elements in the order of the array")
        call ok(wb_slice(tensor, 0, 3_c_int64_t, 4_c_int64_t, 1_c_int64_t, part))
        call ok(wb_slice(part, 1, 1_c_int64_t, 2_c_int64_t, 1_c_int64_t, part))
        call ok(wb_tensor_item(part, value))
        call expect(real(value, c_float) == a(2, 4), "a(2, 4) at [3, 1]")
    end subroutine

    subroutine columns_are_the_rows_of_a_batch()
        integer, parameter :: features = 5, rows = 7, outputs = 3
        real(c_double) :: x(features, rows), weight(features, outputs), bias(outputs), y(outputs, rows)
        type(wb_tensor) :: xs, weights, biases, ys
        call random_number(x)
        call random_number(weight)
        call random_number(bias)
        call ok(wb_tensor_create(x, xs))
        call ok(wb_tensor_create(weight, weights))
        call ok(wb_tensor_create(bias, biases))
        call ok(wb_linear(xs, weights, biases, ys))
        call ok(wb_tensor_read(ys, y))
        y = y - matmul(transpose(weight), x) - spread(bias, 2, rows)
        call expect(all(abs(y) < 1d-14), "y = W^T x + b, column by column")
    end subroutine

    subroutine sections_are_copied_element_by_element()
        integer(c_int32_t) :: a(6, 5), b(6, 5)
        integer :: i
        type(wb_tensor) :: tensor
        a = reshape([(i, i = 1, 30)], [6, 5])
        call ok(wb_tensor_create(a(2:6:2, 5:1:-2), tensor))
        b = 0
        call ok(wb_tensor_read(tensor, b(1:6:2, 2:4)))
        call expect(all(b(1:6:2, 2:4) == a(2:6:2, 5:1:-2)), "the elements of the section")
        call expect(sum(b) == sum(b(1:6:2, 2:4)), "nothing beside the section")
    end subroutine

    subroutine an_array_of_another_type_gets_converted_values()
        real(c_double) :: doubles(2)
        integer(c_int32_t) :: whole(2)
        logical :: flags(2)
        type(wb_tensor) :: tensor
        call ok(wb_tensor_create([0.5_c_float, -3.0_c_float], tensor))
        call ok(wb_tensor_read(tensor, doubles))
        call expect(all(doubles == [0.5d0, -3d0]), "float64 from float32")
        call ok(wb_tensor_read(tensor, whole))
        call expect(all(whole == [0, -3]), "whole numbers, cut toward 0")
        call ok(wb_tensor_read(tensor, flags))
        call expect(all(flags), "anything but 0 is true")
        call ok(wb_tensor_create([.true., .false.], tensor))
        call ok(wb_tensor_read(tensor, doubles))
        call expect(all(doubles == [1d0, 0d0]), "1 and 0 from logicals")
    end subroutine

    subroutine an_array_of_another_shape_is_refused_and_left_as_it_was()
        real(c_float) :: a(3, 4), straight(12)
        type(wb_tensor) :: tensor
        a = 1
        straight = 2
        call ok(wb_tensor_create(a, tensor))
        call fails(wb_tensor_read(tensor, straight), WB_ERROR_SHAPE, "[4, 3]")
        call fails(wb_tensor_read(tensor, a(:, 1:3)), WB_ERROR_SHAPE, "[3, 3]")
        call fails(wb_tensor_read(wb_tensor(), a), WB_ERROR_HANDLE, "null")
        call expect(all(straight == 2) .and. all(a == 1), "arrays as they were")
    end subroutine

    subroutine arrays_without_elements_are_tensors_without_elements()
        real(c_double) :: a(3, 0)
        integer(c_int64_t) :: shape(2), count
        type(wb_tensor) :: tensor
        call ok(wb_tensor_create(a, tensor))
        call ok(wb_tensor_shape(tensor, 2, shape))
        call expect(all(shape == [0, 3]), "shape [0, 3]")
        call ok(wb_tensor_count(tensor, count))
        call expect(count == 0, "no elements")
        call ok(wb_tensor_read(tensor, a))
        call fails(wb_tensor_read(tensor, a(1:2, :)), WB_ERROR_SHAPE, "[0, 2]")
    end subroutine

    subroutine handles_go_by_value_and_come_by_reference()
        type(wb_tensor) :: x, kept
        real(c_double) :: value
        call ok(wb_tensor_create(2d0, x))
        kept = x
        call ok(wb_exp(x, x)) ! the argument is a copy of the handle, so the result may take its place
        call expect(.not. c_associated(x%handle, kept%handle), "a new handle")
        call ok(wb_tensor_read(x, value))
        call expect(abs(value - exp(2d0)) < 1d-14, "exp(2)")
        x = kept
        call fails(wb_matmul(x, wb_tensor(), x), WB_ERROR_HANDLE, "null")
        call expect(c_associated(x%handle, kept%handle), "a failed call leaves what it would have written")
        call ok(wb_tensor_free(wb_tensor()))
    end subroutine

    subroutine gradients_are_those_of_calculus()
        real(c_double) :: x(4), gradient(4)
        type(wb_tensor) :: leaf, y, found, parts(2), second(1), tangent(1)
        x = [-1d0, 0d0, 0.5d0, 2d0]
        call ok(wb_tensor_create(x, leaf))
        call ok(wb_tensor_set_requires_grad(leaf, 1))
        call ok(wb_exp(leaf, y))
        call ok(wb_sum(y, y))
        call ok(wb_backward(y, wb_tensor(), 1))
        call ok(wb_tensor_grad(leaf, found))
        call ok(wb_tensor_read(found, gradient))
        call expect(all(abs(gradient - exp(x)) < 1d-14), "the gradient of sum exp(x)")

        ! Lists of handles in and out, and an absent list.
        call ok(wb_square(leaf, parts(1)))
        call ok(wb_tanh(leaf, parts(2)))
        call ok(wb_multiply(parts(1), parts(2), y))
        call ok(wb_sum(y, y))
        call ok(wb_grad([y], 1, [leaf], 1, create_graph=1, allow_unused=0, gradients=second))
        call ok(wb_tensor_read(second(1), gradient))
        gradient = gradient - (2 * x * tanh(x) + x**2 * (1 - tanh(x)**2))
        call expect(all(abs(gradient) < 1d-14), "the gradient of sum x^2 tanh(x)")
        call ok(wb_jvp(parts, 2, [leaf], 1, [leaf], parts))
        call ok(wb_tensor_read(parts(1), gradient))
        call expect(all(abs(gradient - 2 * x**2) < 1d-14), "the tangent of x^2 along x")
        call ok(wb_hvp(y, [leaf], 1, [leaf], tangent))
        call expect(c_associated(tangent(1)%handle), "a list of one")
    end subroutine

    subroutine what_may_be_null_may_be_absent()
        integer(c_int64_t) :: peak, counts(3)
        type(wb_tensor) :: x, found
        peak = -1
        call ok(wb_memory_usage(peak=peak))
        call expect(peak >= 0, "the peak alone")
        call ok(wb_tensor_create([3, 1, 3, 2, 3, 1], x))
        call ok(wb_unique(x, counts=found))
        call ok(wb_tensor_read(found, counts))
        call expect(all(counts == [2, 1, 3]), "the counts alone")
        call ok(wb_tensor_full(WB_FLOAT64, 0, value=1.5d0, tensor=x))
        call ok(wb_sum(x, x))
    end subroutine

    subroutine texts_are_characters()
        character(len=:), allocatable :: plan
        character(len=20) :: equation
        real(c_double) :: a(2, 3), b(3, 4), c(2, 4)
        type(wb_tensor) :: left, right, product
        type(wb_program) :: program
        call random_number(a)
        call random_number(b)
        equation = "kr,ck->cr"
        call ok(wb_tensor_create(a, left))
        call ok(wb_tensor_create(b, right))
        call ok(wb_capture_begin([left, right], 2))
        call ok(wb_einsum(equation, [left, right], 2, product))
        call ok(wb_capture_end([product], 1, program))
        plan = "as it was"
        call fails(wb_program_explain(wb_program(), plan), WB_ERROR_HANDLE, "null")
        call expect(plan == "as it was", "a failed call leaves a text")
        call ok(wb_program_explain(program, plan))
        call expect(index(plan, new_line("a")) > 0 .and. index(plan, c_null_char) == 0, "a text of several lines")
        call ok(wb_einsum("kr,ck->cr", [left, right], 2, product))
        call ok(wb_tensor_read(product, c))
        call expect(all(abs(c - matmul(a, b)) < 1d-14), "the product of two matrices")
        call fails(wb_einsum("no equation", [left, right], 2, product), WB_ERROR_ARGUMENT, "no equation")
        call ok(wb_einsum(c_loc_text("kr,ck->cr"), [left, right], 2, product)) ! as C has it
        call expect(wb_status_name_string(WB_ERROR_SHAPE) == "WB_ERROR_SHAPE", "the name of a status")
        call expect(index(wb_version_string(), ".") > 1, "a version")
        call expect(wb_text(c_null_ptr) == "", "no characters for NULL")
        call expect(wb_abi_version() == WB_HEADER_ABI_VERSION, "the library and the module are of one ABI")
        call ok(wb_program_free(program))
    end subroutine

    function c_loc_text(text) result(address)
        character(len=*), intent(in) :: text
        character(len=100), target, save :: kept
        type(c_ptr) :: address
        kept = text // c_null_char
        address = c_loc(kept)
    end function

    function twice(context, gradient, replacement) bind(C) result(status)
        type(c_ptr), value :: context
        type(wb_tensor), value :: gradient
        type(wb_tensor), intent(inout) :: replacement
        integer(wb_status) :: status
        integer, pointer :: calls
        call c_f_pointer(context, calls)
        calls = calls + 1
        status = wb_add(gradient, gradient, replacement)
    end function

    subroutine released(context) bind(C)
        type(c_ptr), value :: context
        if (.not. c_associated(context)) releases = releases + 1
    end subroutine

    subroutine procedures_are_called_back()
        procedure(wb_hook_callback), pointer :: hook ! checks its interface
        procedure(wb_release_callback), pointer :: release
        real(c_double), target :: memory(2, 3)
        real(c_double) :: sums(3), gradient(2)
        integer, target :: calls
        type(wb_tensor) :: leaf, y
        hook => twice
        release => released
        calls = 0
        releases = 0
        call ok(wb_tensor_create([1d0, 3d0], leaf))
        call ok(wb_tensor_set_requires_grad(leaf, 1))
        call ok(wb_tensor_register_hook(leaf, c_funloc(hook), c_null_funptr, c_loc(calls)))
        call ok(wb_square(leaf, y))
        call ok(wb_sum(y, y))
        call ok(wb_backward(y, wb_tensor(), 0))
        call ok(wb_tensor_grad(leaf, y))
        call ok(wb_tensor_read(y, gradient))
        call expect(calls == 1 .and. all(gradient == [4d0, 12d0]), "a gradient that the hook has doubled")

        call random_number(memory)
        call ok(wb_tensor_borrow(WB_FLOAT64, 2, shape(transpose(memory), c_int64_t), c_loc(memory), c_funloc(release), &
            c_null_ptr, leaf))
        call ok(wb_reduce(WB_REDUCE_SUM, leaf, [1], 1, 0, y))
        call ok(wb_tensor_read(y, sums))
        call expect(all(abs(sums - sum(memory, 1)) < 1d-14), "sums over the array's first axis, the tensor's last")
        call ok(wb_tensor_free(leaf))
        call ok(wb_tensor_free(y))
        call expect(releases == 1, "memory that is given back once")
    end subroutine
end module

program tensors
    use checks
    implicit none
    call run(an_array_is_the_tensor_whose_shape_is_the_other_way_round, &
        "an array is the tensor whose shape is the other way round")
    call run(columns_are_the_rows_of_a_batch, "columns are the rows of a batch")
    call run(sections_are_copied_element_by_element, "sections are copied element by element")
    call run(an_array_of_another_type_gets_converted_values, "an array of another type gets converted values")
    call run(an_array_of_another_shape_is_refused_and_left_as_it_was, &
        "an array of another shape is refused and left as it was")
    call run(arrays_without_elements_are_tensors_without_elements, &
        "arrays without elements are tensors without elements")
    call run(handles_go_by_value_and_come_by_reference, "handles go by value and come by reference")
    call run(gradients_are_those_of_calculus, "gradients are those of calculus")
    call run(what_may_be_null_may_be_absent, "what may be NULL may be absent")
    call run(texts_are_characters, "texts are characters")
    call run(procedures_are_called_back, "procedures are called back")
    print "(i0, a, i0, a)", passed, " passed, ", failed, " failed"
    if (failed > 0) error stop 1
end program
