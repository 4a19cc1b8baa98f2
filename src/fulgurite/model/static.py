"""What the bytes of the sample tell without running it, as far as rules ask for it."""

from fulgurite.model.base import Model


class StaticFacts(Model, frozen=True, kw_only=True):
    """Facts of a Windows program. All text is hostile."""

    type: str | None = None
    """`PE32` or `PE32+`."""
    machine: str | None = None
    subsystem: str | None = None
    compiled: str | None = None
    """When it was compiled, as it says itself: `2024-05-01T12:00:00Z`."""
    is_signed: bool | None = None
    """Whether it bears a signature that holds; None when nobody checked."""
    imphash: str | None = None
    imports: tuple[str, ...] = ()
    """`kernel32.CreateFileA`: library without ending, a dot, the function."""
    exports: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    """Names of sections."""
    entropy: int | None = None
    """Of the section with the highest, in hundredths of a bit a byte: 0-800."""
    resources: tuple[str, ...] = ()
    """Names of kinds of resources, such as `RT_RCDATA`."""
    company: str | None = None
    product: str | None = None
    description: str | None = None
    original_name: str | None = None
