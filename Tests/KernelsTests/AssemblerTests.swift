import XCTest

@testable import Kernels

/// Encodings beside those of LLVM's assembler (llvm-mc, with {vex3} for vectors of 32 bytes).
final class AssemblerTests: XCTestCase {
    private struct Row {
        var text: String
        var width: Int
        var elementBytes: Int
        var bytes: [UInt8]
        var write: (inout Assembler) -> Void

        init(
            _ text: String, _ width: Int, _ elementBytes: Int, _ bytes: [UInt8],
            _ write: @escaping (inout Assembler) -> Void
        ) {
            (self.text, self.width, self.elementBytes, self.bytes, self.write) = (
                text, width, elementBytes, bytes, write
            )
        }
    }

    private var rows: [Row] {
        [
            Row("vaddps ymm1, ymm2, ymm3", 32, 4, [0xc4, 0xe1, 0x6c, 0x58, 0xcb]) {
                $0.arithmetic(.add, 1, 2, .register(3))
            },
            Row("vsubpd ymm9, ymm10, ymmword ptr [r12 + rdx]", 32, 8, [0xc4, 0x41, 0x2d, 0x5c, 0x0c, 0x14]) {
                $0.arithmetic(.subtract, 9, 10, .memory(.r12, index: .rdx))
            },
            Row("vmulps ymm15, ymm0, ymmword ptr [rsp]", 32, 4, [0xc4, 0x61, 0x7c, 0x59, 0x3c, 0x24]) {
                $0.arithmetic(.multiply, 15, 0, .memory(.rsp))
            },
            Row("vdivpd ymm3, ymm4, ymmword ptr [r11]", 32, 8, [0xc4, 0xc1, 0x5d, 0x5e, 0x1b]) {
                $0.arithmetic(.divide, 3, 4, .memory(.r11))
            },
            Row("vmaxps ymm0, ymm15, ymm8", 32, 4, [0xc4, 0xc1, 0x04, 0x5f, 0xc0]) {
                $0.arithmetic(.maximum, 0, 15, .register(8))
            },
            Row("vminpd ymm8, ymm7, ymm15", 32, 8, [0xc4, 0x41, 0x45, 0x5d, 0xc7]) {
                $0.arithmetic(.minimum, 8, 7, .register(15))
            },
            Row("vandpd ymm1, ymm2, ymm3", 32, 8, [0xc4, 0xe1, 0x6d, 0x54, 0xcb]) {
                $0.arithmetic(.and, 1, 2, .register(3))
            },
            Row("vxorps ymm12, ymm2, ymm3", 32, 4, [0xc4, 0x61, 0x6c, 0x57, 0xe3]) {
                $0.arithmetic(.xor, 12, 2, .register(3))
            },
            Row("vsqrtps ymm1, ymm12", 32, 4, [0xc4, 0xc1, 0x7c, 0x51, 0xcc]) { $0.squareRoot(1, .register(12)) },
            Row("vroundps ymm1, ymm12, 11", 32, 4, [0xc4, 0xc3, 0x7d, 0x08, 0xcc, 0x0b]) {
                $0.round(.towardZero, 1, .register(12))
            },
            Row("vroundpd ymm14, ymmword ptr [rcx + rdx], 10", 32, 8, [0xc4, 0x63, 0x7d, 0x09, 0x34, 0x11, 0x0a]) {
                $0.round(.up, 14, .memory(.rcx, index: .rdx))
            },
            Row("vmovups ymm8, ymmword ptr [rax + rdx]", 32, 8, [0xc4, 0x61, 0x7c, 0x10, 0x04, 0x10]) {
                $0.load(8, .memory(.rax, index: .rdx))
            },
            Row("vmovups ymmword ptr [r15 + rdx], ymm8", 32, 4, [0xc4, 0x41, 0x7c, 0x11, 0x04, 0x17]) {
                $0.store(8, .memory(.r15, index: .rdx))
            },
            Row("vcmpps ymm1, ymm2, ymm13, 22", 32, 4, [0xc4, 0xc1, 0x6c, 0xc2, 0xcd, 0x16]) {
                $0.compare(.greaterOrUnordered, 1, 2, .register(13))
            },
            Row("vcmppd ymm13, ymm2, ymm1, 0", 32, 8, [0xc4, 0x61, 0x6d, 0xc2, 0xe9, 0x00]) {
                $0.compare(.equal, 13, 2, .register(1))
            },
            Row("vblendvps ymm1, ymm2, ymm13, ymm9", 32, 4, [0xc4, 0xc3, 0x6d, 0x4a, 0xcd, 0x90]) {
                $0.blend(1, 2, .register(13), mask: 9)
            },
            Row(
                "vblendvpd ymm10, ymm2, ymmword ptr [r8 + rdx], ymm9", 32, 8,
                [0xc4, 0x43, 0x6d, 0x4b, 0x14, 0x10, 0x90]
            ) { $0.blend(10, 2, .memory(.r8, index: .rdx), mask: 9) },
            Row("vandps ymm1, ymm3, ymm2", 32, 4, [0xc4, 0xe1, 0x64, 0x54, 0xca]) { $0.keep(1, .register(2), mask: 3) },
            Row("vaddps zmm1, zmm18, zmm31", 64, 4, [0x62, 0x91, 0x6c, 0x40, 0x58, 0xcf]) {
                $0.arithmetic(.add, 1, 18, .register(31))
            },
            Row("vmulpd zmm25, zmm2, zmmword ptr [r12 + rdx]", 64, 8, [0x62, 0x41, 0xed, 0x48, 0x59, 0x0c, 0x14]) {
                $0.arithmetic(.multiply, 25, 2, .memory(.r12, index: .rdx))
            },
            Row("vdivps zmm3, zmm20, zmmword ptr [rsp]", 64, 4, [0x62, 0xf1, 0x5c, 0x40, 0x5e, 0x1c, 0x24]) {
                $0.arithmetic(.divide, 3, 20, .memory(.rsp))
            },
            Row("vxorpd zmm9, zmm10, zmm11", 64, 8, [0x62, 0x51, 0xad, 0x48, 0x57, 0xcb]) {
                $0.arithmetic(.xor, 9, 10, .register(11))
            },
            Row("vsqrtpd zmm1, zmm22", 64, 8, [0x62, 0xb1, 0xfd, 0x48, 0x51, 0xce]) { $0.squareRoot(1, .register(22)) },
            Row("vrndscaleps zmm1, zmm18, 8", 64, 4, [0x62, 0xb3, 0x7d, 0x48, 0x08, 0xca, 0x08]) {
                $0.round(.nearestEven, 1, .register(18))
            },
            Row(
                "vrndscalepd zmm1, zmmword ptr [rcx + rdx], 9", 64, 8, [0x62, 0xf3, 0xfd, 0x48, 0x09, 0x0c, 0x11, 0x09]
            ) { $0.round(.down, 1, .memory(.rcx, index: .rdx)) },
            Row("vmovups zmm30, zmmword ptr [rbx + rdx]", 64, 8, [0x62, 0x61, 0x7c, 0x48, 0x10, 0x34, 0x13]) {
                $0.load(30, .memory(.rbx, index: .rdx))
            },
            Row("vmovups zmmword ptr [r15 + rdx], zmm16", 64, 4, [0x62, 0xc1, 0x7c, 0x48, 0x11, 0x04, 0x17]) {
                $0.store(16, .memory(.r15, index: .rdx))
            },
            Row("vcmpps k1, zmm2, zmm30, 30", 64, 4, [0x62, 0x91, 0x6c, 0x48, 0xc2, 0xce, 0x1e]) {
                $0.compare(.greater, 1, 2, .register(30))
            },
            Row(
                "vcmppd k1, zmm17, zmmword ptr [rcx + rdx], 4", 64, 8, [0x62, 0xf1, 0xf5, 0x40, 0xc2, 0x0c, 0x11, 0x04]
            ) { $0.compare(.notEqualOrUnordered, 1, 17, .memory(.rcx, index: .rdx)) },
            Row("vblendmps zmm20 {k1}, zmm3, zmm21", 64, 4, [0x62, 0xa2, 0x65, 0x49, 0x65, 0xe5]) {
                $0.blend(20, 3, .register(21), mask: 1)
            },
            Row(
                "vblendmpd zmm20 {k1}, zmm3, zmmword ptr [rbx + rdx]", 64, 8,
                [0x62, 0xe2, 0xe5, 0x49, 0x65, 0x24, 0x13]
            ) { $0.blend(20, 3, .memory(.rbx, index: .rdx), mask: 1) },
            Row("vmovups zmm7 {k1} {z}, zmm29", 64, 4, [0x62, 0x91, 0x7c, 0xc9, 0x10, 0xfd]) {
                $0.keep(7, .register(29), mask: 1)
            },
            Row("vmovupd zmm17 {k1} {z}, zmmword ptr [r9 + rdx]", 64, 8, [0x62, 0xc1, 0xfd, 0xc9, 0x10, 0x0c, 0x11]) {
                $0.keep(17, .memory(.r9, index: .rdx), mask: 1)
            },
            Row("vfmadd231ps ymm11, ymm14, ymm13", 32, 4, [0xc4, 0x42, 0x0d, 0xb8, 0xdd]) {
                $0.addProduct(11, 14, .register(13))
            },
            Row("vfmadd231pd ymm3, ymm9, ymm2", 32, 8, [0xc4, 0xe2, 0xb5, 0xb8, 0xda]) {
                $0.addProduct(3, 9, .register(2))
            },
            Row("vfmadd231ps xmm5, xmm14, xmm12", 16, 4, [0xc4, 0xc2, 0x09, 0xb8, 0xec]) {
                $0.addProduct(5, 14, .register(12))
            },
            Row("vbroadcastss ymm15, dword ptr [r12 + r9*4 + 8]", 32, 4, [0xc4, 0x02, 0x7d, 0x18, 0x7c, 0x8c, 0x08]) {
                $0.broadcast(15, .memory(.r12, index: .r9, scale: 4, displacement: 8))
            },
            Row("vbroadcastsd ymm14, qword ptr [r12 + r10]", 32, 8, [0xc4, 0x02, 0x7d, 0x19, 0x34, 0x14]) {
                $0.broadcast(14, .memory(.r12, index: .r10))
            },
            Row("vbroadcastss xmm7, dword ptr [r12 + 20]", 16, 4, [0xc4, 0xc2, 0x79, 0x18, 0x7c, 0x24, 0x14]) {
                $0.broadcast(7, .memory(.r12, displacement: 20))
            },
            Row("vmovddup xmm8, qword ptr [r12 + r11 - 128]", 16, 8, [0xc4, 0x01, 0x7b, 0x12, 0x44, 0x1c, 0x80]) {
                $0.broadcast(8, .memory(.r12, index: .r11, displacement: -128))
            },
            Row("vmovups ymm12, ymmword ptr [r13 + rbx*2 + 32]", 32, 4, [0xc4, 0x41, 0x7c, 0x10, 0x64, 0x5d, 0x20]) {
                $0.load(12, .memory(.r13, index: .rbx, scale: 2, displacement: 32))
            },
            Row("vmovups xmmword ptr [r15], xmm3", 16, 4, [0xc4, 0xc1, 0x78, 0x11, 0x1f]) {
                $0.store(3, .memory(.r15))
            },
            Row("vmovups ymm1, ymmword ptr [rsp + 320]", 32, 4, [0xc4, 0xe1, 0x7c, 0x10, 0x8c, 0x24, 0x40, 0x01, 0, 0])
            { $0.load(1, .memory(.rsp, displacement: 320)) },
            Row("vmovss xmm8, dword ptr [rax + rdx]", 32, 4, [0xc4, 0x61, 0x7a, 0x10, 0x04, 0x10]) {
                $0.load(8, .memory(.rax, index: .rdx), bytes: 4, spare: 12)
            },
            Row(
                "vmovsd xmm8, qword ptr [r15]; vinsertps xmm8, xmm8, dword ptr [r15 + 8], 32", 32, 4,
                [0xc4, 0x41, 0x7b, 0x10, 0x07, 0xc4, 0x43, 0x39, 0x21, 0x47, 0x08, 0x20]
            ) { $0.load(8, .memory(.r15), bytes: 12, spare: 12) },
            Row(
                "vmovups xmm9, xmmword ptr [r15 + 32]; vmovss xmm12, dword ptr [r15 + 48]; vinsertf128 ymm9, ymm9, "
                    + "xmm12, 1",
                32, 4,
                [
                    0xc4, 0x41, 0x78, 0x10, 0x4f, 0x20, 0xc4, 0x41, 0x7a, 0x10, 0x67, 0x30, 0xc4, 0x43, 0x35, 0x18,
                    0xcc, 0x01,
                ]
            ) { $0.load(9, .memory(.r15, displacement: 32), bytes: 20, spare: 12) },
            Row("vmovss dword ptr [rax + rdx], xmm8", 32, 4, [0xc4, 0x61, 0x7a, 0x11, 0x04, 0x10]) {
                $0.store(8, .memory(.rax, index: .rdx), bytes: 4, spare: 12)
            },
            Row(
                "vmovsd qword ptr [r15], xmm8; vextractps dword ptr [r15 + 8], xmm8, 2", 32, 4,
                [0xc4, 0x41, 0x7b, 0x11, 0x07, 0xc4, 0x43, 0x79, 0x17, 0x47, 0x08, 0x02]
            ) { $0.store(8, .memory(.r15), bytes: 12, spare: 12) },
            Row(
                "vmovups xmmword ptr [r15 + 32], xmm9; vextractf128 xmm12, ymm9, 1; vmovss dword ptr [r15 + 48], xmm12",
                32, 8,
                [
                    0xc4, 0x41, 0x78, 0x11, 0x4f, 0x20, 0xc4, 0x43, 0x7d, 0x19, 0xcc, 0x01, 0xc4, 0x41, 0x7a, 0x11,
                    0x67, 0x30,
                ]
            ) { $0.store(9, .memory(.r15, displacement: 32), bytes: 20, spare: 12) },
            Row("vzeroupper", 32, 4, [0xc5, 0xf8, 0x77]) { $0.endVectors() },
            Row("endbr64", 32, 4, [0xf3, 0x0f, 0x1e, 0xfa]) { $0.begin() },
            Row("push rbp", 32, 4, [0x55]) { $0.push(.rbp) },
            Row("push r12", 32, 4, [0x41, 0x54]) { $0.push(.r12) },
            Row("pop rbx", 32, 4, [0x5b]) { $0.pop(.rbx) },
            Row("pop r15", 32, 4, [0x41, 0x5f]) { $0.pop(.r15) },
            Row("mov rdx, rsi", 32, 4, [0x48, 0x8b, 0xd6]) { $0.move(.rdx, .rsi) },
            Row("mov r15, rdi", 32, 4, [0x4c, 0x8b, 0xff]) { $0.move(.r15, .rdi) },
            Row("mov rax, [r9]", 32, 4, [0x49, 0x8b, 0x01]) { $0.move(.rax, from: .r9, 0) },
            Row("mov rcx, [rdi + 4096]", 32, 4, [0x48, 0x8b, 0x8f, 0x00, 0x10, 0x00, 0x00]) {
                $0.move(.rcx, from: .rdi, 4096)
            },
            Row("lea rsp, [rbp - 400]", 32, 4, [0x48, 0x8d, 0xa5, 0x70, 0xfe, 0xff, 0xff]) {
                $0.address(.rsp, .memory(.rbp, displacement: -400))
            },
            Row("lea r12, [r12 + r9*4]", 32, 4, [0x4f, 0x8d, 0x24, 0x8c]) {
                $0.address(.r12, .memory(.r12, index: .r9, scale: 4))
            },
            Row("lea rbp, [rbx + rbx*2]", 32, 4, [0x48, 0x8d, 0x2c, 0x5b]) {
                $0.address(.rbp, .memory(.rbx, index: .rbx, scale: 2))
            },
            Row("add rsi, [rdi + 120]", 32, 4, [0x48, 0x03, 0x77, 0x78]) { $0.add(.rsi, from: .rdi, 120) },
            Row("add rsp, -3584", 32, 4, [0x48, 0x81, 0xc4, 0x00, 0xf2, 0xff, 0xff]) { $0.add(.rsp, -3584) },
            Row("and rdx, 4096", 32, 4, [0x48, 0x81, 0xe2, 0x00, 0x10, 0x00, 0x00]) { $0.and(.rdx, 4096) },
            Row("cmp rdx, rsi", 32, 4, [0x48, 0x3b, 0xd6]) { $0.compare(.rdx, .rsi) },
            Row("ret", 32, 4, [0xc3]) { $0.ret() },
        ]
    }

    func testInstructionsAreEncodedAsOtherAssemblersDo() {
        for row in rows {
            var assembler = Assembler(width: row.width, elementBytes: row.elementBytes)
            row.write(&assembler)
            XCTAssertEqual(assembler.bytes, row.bytes, row.text)
        }
    }

    func testDistancesTakeFourBytesWhereOneWouldBeScaled() {
        var assembler = Assembler(width: 64, elementBytes: 4)
        // vmovups zmm1, [rsp + 320]; [r13 + rdx], which has no form without a distance
        assembler.load(1, .memory(.rsp, displacement: 320))
        assembler.load(1, .memory(.r13, index: .rdx))
        XCTAssertEqual(
            assembler.bytes,
            [
                0x62, 0xf1, 0x7c, 0x48, 0x10, 0x8c, 0x24, 0x40, 0x01, 0, 0, 0x62, 0xd1, 0x7c, 0x48, 0x10, 0x8c, 0x15, 0,
                0, 0, 0,
            ])
    }

    func testNumbersFollowTheCodeAndAreFoundFromTheEndOfAnInstruction() {
        var assembler = Assembler(width: 32, elementBytes: 4)
        let one = assembler.constant(0x3f80_0000)
        XCTAssertEqual(assembler.constant(0x3f80_0000), one)
        // A comparison has one byte after its distance.
        assembler.compare(.less, 1, 2, .constant(one))
        assembler.load(3, .constant(assembler.constant(7)))
        let code = assembler.finished()
        XCTAssertEqual(code.count, 32 + 64)
        XCTAssertEqual(Array(code[0..<10]), [0xc4, 0xe1, 0x6c, 0xc2, 0x0d, 32 - 10, 0, 0, 0, 0x11])
        XCTAssertEqual(Array(code[10..<19]), [0xc4, 0xe1, 0x7c, 0x10, 0x1d, 64 - 19, 0, 0, 0])
        XCTAssertEqual(Array(code[32..<40]), [0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f])
        XCTAssertEqual(Array(code[64..<72]), [7, 0, 0, 0, 7, 0, 0, 0])
    }

    func testJumpsGoWhereTheyLand() {
        var assembler = Assembler(width: 32, elementBytes: 4)
        let jump = assembler.jump(if: .equal)
        assembler.ret()
        assembler.land(jump)
        assembler.jump(if: .belowOrEqual, to: 6)
        XCTAssertEqual(assembler.bytes, [0x0f, 0x84, 1, 0, 0, 0, 0xc3, 0x0f, 0x86, 0xf9, 0xff, 0xff, 0xff])
    }
}
