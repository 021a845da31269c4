/* The table of operations that libfuse calls. What would create, rename or delete is refused in one place. */
#include "fs/private.h"

static void
op_init (void *data, struct fuse_conn_info *connection)
{
  Fs *fs = data;

  connection->max_write = 128 * 1024;
  connection->want &= ~(unsigned)FUSE_CAP_HANDLE_KILLPRIV;
  /* Who lists a folder looks at what is in it. */
  connection->want &= ~(unsigned)FUSE_CAP_READDIRPLUS_AUTO;
  fs->hooks.ready (fs->data);
}

static void
refuse (fuse_req_t request)
{
  fuse_reply_err (request, EPERM);
}

static void
op_mknod (fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
  refuse (request);
}

static void
op_mkdir (fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode)
{
  refuse (request);
}

static void
op_remove (fuse_req_t request, fuse_ino_t parent, const char *name)
{
  refuse (request);
}

static void
op_symlink (fuse_req_t request, const char *target, fuse_ino_t parent, const char *name)
{
  refuse (request);
}

static void
op_rename (fuse_req_t request, fuse_ino_t parent, const char *name, fuse_ino_t new_parent, const char *new_name,
           unsigned int flags)
{
  refuse (request);
}

static void
op_link (fuse_req_t request, fuse_ino_t node, fuse_ino_t new_parent, const char *name)
{
  refuse (request);
}

static void
op_create (fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *info)
{
  refuse (request);
}

/* Nodes are numbers that are never taken back: there is nothing to forget (tree/node.h). */
static void
op_forget (fuse_req_t request, fuse_ino_t node, uint64_t count)
{
  fuse_reply_none (request);
}

static void
op_forget_multi (fuse_req_t request, size_t count, struct fuse_forget_data *forgets)
{
  fuse_reply_none (request);
}

static void
op_statfs (fuse_req_t request, fuse_ino_t node)
{
  struct statvfs numbers = {.f_bsize = 4096, .f_frsize = 4096, .f_namemax = 255};

  fuse_reply_statfs (request, &numbers);
}

const struct fuse_lowlevel_ops operations = {
  .init = op_init,
  .lookup = op_lookup,
  .forget = op_forget,
  .forget_multi = op_forget_multi,
  .getattr = op_getattr,
  .setattr = op_setattr,
  .readlink = op_readlink,
  .opendir = op_opendir,
  .readdir = op_readdir,
  .readdirplus = op_readdirplus,
  .statfs = op_statfs,
  .open = op_open,
  .read = op_read,
  .write = op_write,
  .flush = op_flush,
  .fsync = op_fsync,
  .release = op_release,
  .poll = op_poll,
  .mknod = op_mknod,
  .mkdir = op_mkdir,
  .unlink = op_remove,
  .rmdir = op_remove,
  .symlink = op_symlink,
  .rename = op_rename,
  .link = op_link,
  .create = op_create,
};
