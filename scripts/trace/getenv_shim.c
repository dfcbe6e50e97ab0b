/* Notes the name of every environment variable that a program asks the C library for, a line each, in the file that
 * RESTOW_TRACE_ASKED names. Programs that read the block of variables themselves (Go, Python's os.environ, dash) are
 * not seen. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static char *find(const char *name)
{
    size_t length = strlen(name);
    if (!environ)
        return 0;
    for (char **entry = environ; *entry; entry++)
        if (!strncmp(*entry, name, length) && (*entry)[length] == '=')
            return *entry + length + 1;
    return 0;
}

static void note(const char *name)
{
    const char *path = find("RESTOW_TRACE_ASKED");
    int file = path ? open(path, O_WRONLY | O_APPEND) : -1;
    if (file < 0)
        return;
    char line[256];
    size_t length = strnlen(name, sizeof line - 1);
    memcpy(line, name, length);
    line[length] = '\n';
    if (write(file, line, length + 1) < 0)
        length = 0;
    close(file);
}

char *getenv(const char *name)
{
    note(name);
    return find(name);
}

char *secure_getenv(const char *name)
{
    note(name);
    return find(name);
}
