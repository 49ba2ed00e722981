"""Files as a value, and the one writer that puts them on disk whole or not at all."""

from fabplan.files.value import MANIFEST, SCHEMA, Files, check, fault_of_name, manifest
from fabplan.files.writer import check_target, write, write_file

__all__ = ["MANIFEST", "SCHEMA", "Files", "check", "check_target", "fault_of_name", "manifest", "write", "write_file"]
