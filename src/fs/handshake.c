/*
 * Two INIT flags that the kernel offers and that this libfuse cannot ask for (before 3.17): shared mmap(2) of files that
 * are not cached, and lookups side by side in one folder. They are added to the reply on its way out.
 */
#include "fs/private.h"

#include <errno.h>
#include <linux/fuse.h>
#include <sys/uio.h>
#include <unistd.h>

#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 14)

/* include/uapi/linux/fuse.h of Linux 6.6; the headers of Debian 12 are older than its kernels may be. */
#define DIRECT_IO_ALLOW_MMAP (G_GUINT64_CONSTANT (1) << 36)
#define INIT_EXTENDED        (G_GUINT64_CONSTANT (1) << 30)
#define WANTED               (DIRECT_IO_ALLOW_MMAP | FUSE_PARALLEL_DIROPS)

/* Kernels before 5.17 send an INIT without the second half of the flags. */
static void
note_offer (Fs *fs, const char *bytes, gsize length)
{
  const struct fuse_in_header *header = (const void *)bytes;
  const struct fuse_init_in *init = (const void *)(bytes + sizeof *header);

  if (length < sizeof *header + G_STRUCT_OFFSET (struct fuse_init_in, flags2) + 4 || header->opcode != FUSE_INIT)
    return;
  fs->offered = init->flags | ((init->flags & INIT_EXTENDED) != 0 ? (guint64)init->flags2 << 32 : 0);
}

static ssize_t
read_request (int fd, void *buffer, size_t size, void *data)
{
  ssize_t length = read (fd, buffer, size);

  if (length > 0)
    note_offer (data, buffer, (gsize)length);
  return length;
}

static ssize_t
write_reply (int fd, struct iovec *parts, int count, void *data)
{
  Fs *fs = data;
  guint64 flags = fs->offered & WANTED;

  if (flags != 0 && count == 2 && parts[1].iov_len >= G_STRUCT_OFFSET (struct fuse_init_out, flags2) + 4)
    {
      struct fuse_init_out *init = parts[1].iov_base;

      init->flags |= (guint32)(flags & G_MAXUINT32);
      init->flags2 |= (guint32)(flags >> 32);
    }
  /* Not written to without need: the notifier's thread comes by here, too, later on. */
  if (fs->offered != 0)
    fs->offered = 0;
  return writev (fd, parts, count);
}

void
handshake_install (Fs *fs)
{
  static const struct fuse_custom_io io = {.read = read_request, .writev = write_reply};

  fuse_session_custom_io (fs->session, &io, fuse_session_fd (fs->session));
}

#else

void
handshake_install (Fs *fs)
{
}

#endif
