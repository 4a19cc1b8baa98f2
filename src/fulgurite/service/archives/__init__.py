"""Archives: what is in them, taken out in a confined child process, within caps."""

from fulgurite.service.archives.caps import ArchiveRefused, Caps
from fulgurite.service.archives.unpack import Member, Unpacked, is_archive, unpacked

__all__ = ["ArchiveRefused", "Caps", "Member", "Unpacked", "is_archive", "unpacked"]
