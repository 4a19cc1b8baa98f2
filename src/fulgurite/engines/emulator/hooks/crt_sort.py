"""Sorting and searching of the C run-time: both ask a function of the program, so they run as code in its process.

The code is what gcc -Os makes of these, free of addresses:

    void qsort(byte *base, size_t n, size_t width, int (*order)(const void *, const void *)):
        Shell's sort, halving the gap; elements are swapped byte by byte
    void *bsearch(const void *key, const byte *base, size_t n, size_t width, int (*order)(const void *, const void *)):
        halving of the range
"""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, crt

_CODE = {
    ("qsort", 8): (
        "4157415641554154555756534883ec3848898c24800000004d85c00f84aa0000004889d34c89c64889d04885d20f84980000004883f801"
        "750a4883fb010f86880000004989c449d1ec48ffc8747d4989f24c8bbc24800000004d89e64d0fafd44939de72054c89e0ebc94b8d2c3a"
        "4c89ff4d89f54d39e5722a4c895424284889ea4889f94d29e54c898c249800000041ffd14c8b8c24980000004c8b54242885c07f0849ff"
        "c64901f7ebb531c08a14078a4c0500880c078854050048ffc04839f075ea4c29d74c29d5eba94883c4385b5e5f5d415c415d415e415fc3"
    ),
    ("bsearch", 8): (
        "415541544989cc554c89cd574889d756534c89c34883ec284885db74354989dd4c89e149d1ed4c89ee480faff54801fe4889f2ff942480"
        "00000085c074167e0d48ffcb488d3c2e4c29eb4989dd4c89ebebc631f64883c4284889f05b5e5f5d415c415dc3"
    ),
    ("qsort", 4): (
        "5589e557565383ec3c837d10000f84a70000008b450c85c00f849c00000083f801750a837d0c010f868d00000089c7d1ef480f84820000"
        "008b55108b5d08897de40fafd78b45e43b450c720489f8ebce8d041a8945e08b451001d88945d48945d88b45e48945dc397ddc72228b4d"
        "e0297ddc89de8955cc894dd0894c2404891c24ff55148b4dd08b55cc85c07f08ff45e48b5dd4ebae8a0646418845d08a41ff8846ff8a45"
        "d08841ff8b45d839c675e62955e029d32955d8ebad83c43c5b5e5f5dc3"
    ),
    ("bsearch", 4): (
        "5589e557565383ec1c8b751085f674318b5d1489f7d1ef0fafdf035d0c895c24048b4508890424ff551885c074157e0d035d148d56ff89"
        "5d0c29fa89d789feebcb31db83c41c89d85b5e5f5dc3"
    ),
}


def in_guest(call: Call) -> None:
    """qsort(base, number, width, compare), bsearch(key, base, number, width, compare): goes on in the code for it."""
    name = call.name.rpartition(".")[2]
    known = call.process.addresses.get(name)
    if known is None:
        known = int(call.emu.mem_map(0x1000, tag=f"fulgurite.crt.{name}"))
        call.process.addresses[name] = known
        call.emu.mem_write(known, bytes.fromhex(_CODE[name, call.pointer_bytes]))
    call.emu.set_pc(known)


HOOKS: tuple[Hook, ...] = (
    crt("qsort", 4, in_guest),
    crt("bsearch", 5, in_guest),
)
