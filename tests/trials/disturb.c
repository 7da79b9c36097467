/* A library that is loaded before libc: the N-th call of one kind under one folder kills the process, fails or is cut
 * short, alone or with all that follow, and the clock may jump. What is counted is what changes a disk: open for
 * writing, write, fsync, rename, mkdir, unlink and rmdir; and what looks at it: open for reading, and read. Settings
 * come from the environment:
 *
 *   DISTURB_UNDER  folder; calls on other paths pass
 *   DISTURB_CALL   open | write | fsync | rename | mkdir | unlink | read | any: each of them but read
 *   DISTURB_AT     the first call, counted from 1, that is disturbed; 0: none
 *   DISTURB_DO     kill | short | an errno as a number
 *   DISTURB_FOR    how many calls from there on are disturbed
 *   DISTURB_ALL    1: calls of every kind are disturbed from there on, as on a disk that turns read-only
 *   DISTURB_COUNT  file; at exit gets the number of calls of each kind, so that trials know what there is to disturb
 *   DISTURB_BEGIN  seconds that the clock of the day is off from the beginning
 *   DISTURB_CLOCK  seconds that it jumps at that call
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *const KINDS[] = {"open", "write", "fsync", "rename", "mkdir", "unlink", "read"};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };
static atomic_long calls[N_KINDS];
static atomic_long reached;

static const char *setting(const char *name) {
    const char *found = getenv(name);
    return found ? found : "";
}

static void *next_of(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

static int is_under(const char *path) {
    static __thread char real[4096];
    const char *folder = setting("DISTURB_UNDER");
    size_t length = strlen(folder);
    if (length == 0) return 0;
    if (path[0] != '/') {
        if (!getcwd(real, sizeof real / 2)) return 0;
        size_t used = strlen(real);
        snprintf(real + used, sizeof real - used, "/%s", path);
        path = real;
    }
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int is_under_at(int folder, const char *path) {
    char link[64], real[4096];
    if (path[0] == '/' || folder == AT_FDCWD) return is_under(path);
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, real, sizeof real - 1);
    if (length < 0) return 0;
    real[length] = 0;
    return is_under(real);
}

static int is_open_under(int file) {
    return is_under_at(file, "");
}

static int kind_of(const char *call) {
    int kind = 0;
    while (kind < N_KINDS && strcmp(KINDS[kind], call) != 0) kind++;
    return kind;
}

/* 0: let it pass; -1: errno is set, it fails; 1: half of it. */
static int disturbed(const char *call) {
    const char *what = setting("DISTURB_DO");
    long number = atomic_fetch_add(&calls[kind_of(call)], 1) + 1;
    long first = atol(setting("DISTURB_AT")), many = atol(setting("DISTURB_FOR"));
    int is_read = strcmp(call, "read") == 0;
    int is_any = strcmp(setting("DISTURB_CALL"), "any") == 0 && !is_read;
    int is_of_kind = is_any || strcmp(setting("DISTURB_CALL"), call) == 0;
    if (is_of_kind && first != 0 && number >= first) atomic_store(&reached, 1);
    if (!atomic_load(&reached) || what[0] == 0) return 0;
    int is_among = is_of_kind && number < first + (many ? many : 1);
    if (!is_among && strcmp(setting("DISTURB_ALL"), "1") != 0) return 0;
    if (!is_among && is_read && atoi(what) != EIO) return 0; /* a full disk, or a read-only one, is still read */
    if (strcmp(what, "kill") == 0) raise(SIGKILL);
    if (strcmp(what, "short") == 0) return 1;
    errno = atoi(what);
    return -1;
}

__attribute__((destructor)) static void say_counts(void) {
    const char *path = setting("DISTURB_COUNT");
    FILE *file = path[0] ? fopen(path, "w") : NULL;
    if (!file) return;
    for (int kind = 0; kind < N_KINDS; kind++) fprintf(file, "%s %ld\n", KINDS[kind], (long)calls[kind]);
    fclose(file);
}

/* The command leaves by it: no destructor runs then. */
__attribute__((noreturn)) void _exit(int status) {
    say_counts();
    ((void (*)(int))dlsym(RTLD_NEXT, "_exit"))(status);
    __builtin_unreachable();
}

#define WRITES(flags) (((flags) & (O_WRONLY | O_RDWR | O_CREAT)) != 0)
#define MODE(flags, mode)                              \
    mode_t mode = 0;                                   \
    if ((flags) & (O_CREAT | O_TMPFILE)) {             \
        va_list rest;                                  \
        va_start(rest, flags);                         \
        mode = va_arg(rest, mode_t);                   \
        va_end(rest);                                  \
    }

#define OPEN(name)                                                                        \
    int name(const char *path, int flags, ...) {                                          \
        MODE(flags, mode)                                                                 \
        if (is_under(path) && disturbed(WRITES(flags) ? "open" : "read") < 0) return -1;  \
        return ((int (*)(const char *, int, ...))next_of(#name))(path, flags, mode);      \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                  \
    int name(int folder, const char *path, int flags, ...) {                                          \
        MODE(flags, mode)                                                                             \
        if (is_under_at(folder, path) && disturbed(WRITES(flags) ? "open" : "read") < 0) return -1;   \
        return ((int (*)(int, const char *, int, ...))next_of(#name))(folder, path, flags, mode);     \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int file, const void *data, size_t size) {
    int how = is_open_under(file) ? disturbed("write") : 0;
    if (how < 0) return -1;
    return ((ssize_t(*)(int, const void *, size_t))next_of("write"))(file, data, how && size > 1 ? size / 2 : size);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
    int how = is_open_under(file) ? disturbed("write") : 0;
    if (how < 0) return -1;
    if (how && size > 1) size /= 2;
    return ((ssize_t(*)(int, const void *, size_t, off64_t))next_of("pwrite64"))(file, data, size, at);
}

ssize_t read(int file, void *data, size_t size) {
    int how = is_open_under(file) ? disturbed("read") : 0;
    if (how < 0) return -1;
    return ((ssize_t(*)(int, void *, size_t))next_of("read"))(file, data, how && size > 1 ? size / 2 : size);
}

ssize_t pread64(int file, void *data, size_t size, off64_t at) {
    int how = is_open_under(file) ? disturbed("read") : 0;
    if (how < 0) return -1;
    if (how && size > 1) size /= 2;
    return ((ssize_t(*)(int, void *, size_t, off64_t))next_of("pread64"))(file, data, size, at);
}

#define SYNC(name)                                                         \
    int name(int file) {                                                   \
        if (is_open_under(file) && disturbed("fsync") < 0) return -1;      \
        return ((int (*)(int))next_of(#name))(file);                       \
    }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
    if (is_under(to) && disturbed("rename") < 0) return -1;
    return ((int (*)(const char *, const char *))next_of("rename"))(from, to);
}

int renameat(int old, const char *from, int new, const char *to) {
    if (is_under_at(new, to) && disturbed("rename") < 0) return -1;
    return ((int (*)(int, const char *, int, const char *))next_of("renameat"))(old, from, new, to);
}

int renameat2(int old, const char *from, int new, const char *to, unsigned flags) {
    if (is_under_at(new, to) && disturbed("rename") < 0) return -1;
    return ((int (*)(int, const char *, int, const char *, unsigned))next_of("renameat2"))(old, from, new, to, flags);
}

int mkdir(const char *path, mode_t mode) {
    if (is_under(path) && disturbed("mkdir") < 0) return -1;
    return ((int (*)(const char *, mode_t))next_of("mkdir"))(path, mode);
}

int unlinkat(int folder, const char *path, int flags) {
    if (is_under_at(folder, path) && disturbed("unlink") < 0) return -1;
    return ((int (*)(int, const char *, int))next_of("unlinkat"))(folder, path, flags);
}

int rmdir(const char *path) {
    if (is_under(path) && disturbed("unlink") < 0) return -1;
    return ((int (*)(const char *))next_of("rmdir"))(path);
}

int unlink(const char *path) {
    if (is_under(path) && disturbed("unlink") < 0) return -1;
    return ((int (*)(const char *))next_of("unlink"))(path);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = ((int (*)(clockid_t, struct timespec *))next_of("clock_gettime"))(clock, now);
    if (failed || clock != CLOCK_REALTIME) return failed;
    now->tv_sec += atol(setting("DISTURB_BEGIN"));
    if (atomic_load(&reached)) now->tv_sec += atol(setting("DISTURB_CLOCK"));
    return 0;
}
