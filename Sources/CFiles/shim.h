/* Of the system's calls on files, those that Swift's Glibc does not show. */
#ifndef WINGBEAT_CFILES_SHIM_H
#define WINGBEAT_CFILES_SHIM_H
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Locks all of an open file for writing, or gives the lock back: a lock of the open file, not of the process
 * (F_OFD_SETLK), whose number is the same on every Linux. 0, or the error's code. */
static inline int wb_lock_open_file(int descriptor, int locked) {
    struct flock lock = {.l_type = (short)(locked ? F_WRLCK : F_UNLCK), .l_whence = SEEK_SET};
    return fcntl(descriptor, 37, &lock) == 0 ? 0 : errno;
}

/* The kind of file system that a path is on; 0 if that cannot be told. */
static inline uint32_t wb_file_system(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (uint32_t)status.f_type : 0;
}

/* From now on an open file is one of its own in memory, whose name is nowhere. 0, or the error's code. */
static inline int wb_move_into_memory(int descriptor) {
    int memory = (int)syscall(SYS_memfd_create, "wingbeat", 1 /* MFD_CLOEXEC */);
    if (memory < 0) return errno;
    int failed = dup2(memory, descriptor) < 0 || fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ? errno : 0;
    close(memory);
    return failed;
}

#endif
