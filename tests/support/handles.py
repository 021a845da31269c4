"""File handles (open_by_handle_at(2)): what an NFS server gives its clients in the place of a path."""

import ctypes
import errno
import os

AT_FDCWD = -100
libc = ctypes.CDLL(None, use_errno=True)


class Handle(ctypes.Structure):
    _fields_ = [('size', ctypes.c_uint), ('type', ctypes.c_int), ('bytes', ctypes.c_ubyte * 128)]

    def __init__(self, path):
        super().__init__(size=128)
        mount = ctypes.c_int()
        done = libc.name_to_handle_at(AT_FDCWD, os.fsencode(path), ctypes.byref(self), ctypes.byref(mount), 0)
        assert done == 0, os.strerror(ctypes.get_errno())

    def leads_to(self, mountpoint):
        """The inode number of what it leads to below the mountpoint, or the name of an errno."""
        descriptor = os.open(mountpoint, os.O_RDONLY)
        found = libc.open_by_handle_at(descriptor, ctypes.byref(self), os.O_PATH)
        os.close(descriptor)
        if found < 0:
            return errno.errorcode[ctypes.get_errno()]
        inode = os.fstat(found).st_ino
        os.close(found)
        return inode
