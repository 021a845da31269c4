#!/bin/sh
# Becomes the first process of a machine that is a copy of this one (support/machine.py), in namespaces of its own:
#   unshare --mount --pid --uts --ipc --cgroup --fork sh machine.sh FOLDER FILE...
# Whatever is changed there is changed in memory, over this machine's files. The FILEs are put into its /srv.
set -eu
place=$1
shift
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$place"
mkdir "$place/upper" "$place/work" "$place/machine"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" "$place/machine"
cp "$@" "$place/machine/srv"
cd "$place/machine"

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0' 'fuse 10 229' 'autofs 10 235'; do
  mknod -m 666 "dev/${node%% *}" c ${node#* }
done

# Nothing that this machine starts at boot is started there.
mkdir -p run/systemd/system run/lock old
cat >run/systemd/system/test.target <<END
[Unit]
DefaultDependencies=no
Wants=systemd-journald.service
After=systemd-journald.service
END
pivot_root . old
umount -l old
rmdir old
# As the kernel leaves it to systemd to do, and systemd to whoever makes a container.
mount --make-rshared /
export container=other
exec /lib/systemd/systemd --system --unit=test.target --log-target=null
