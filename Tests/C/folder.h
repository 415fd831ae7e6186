/* A folder of a program's own for its files. The program defines _GNU_SOURCE before its first include. */
#ifndef FOLDER_H
#define FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/wingbeat-test-XXXXXX";

/* Whether there is one now. */
static inline int make_folder(void) { return mkdtemp(folder) != NULL; }

/* The path of a file in it, until four more are asked for. */
static inline const char *path(const char *name) {
    static char paths[4][sizeof folder + 256];
    static int next;
    char *result = paths[next++ % 4];
    snprintf(result, sizeof paths[0], "%s/%s", folder, name);
    return result;
}

static inline void remove_folder(void) {
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (entry->d_name[0] != '.') unlink(path(entry->d_name));
    if (directory) closedir(directory);
    rmdir(folder);
}

#endif
