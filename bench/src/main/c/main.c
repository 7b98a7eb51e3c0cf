/* etcdload: loads and measures anything that speaks the etcd v3 API. One thread, one epoll loop. See bench/README.md. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "load.h"

static const struct { const char *name; int (*run)(struct options *); } MODES[] = {
    {"fanout", fanout_main}, {"fill", fill_main},   {"list", list_main},
    {"follow", follow_main}, {"relay", relay_main}, {"propagate", propagate_main},
};

enum { INT, LONG, REAL, TEXT, FLAG, CPU, VIA };

int main(int argc, char **argv) {
    struct options o = {
        .prefix = "bench/", .keys = 1000, .value_bytes = 400, .batch = 128, .outstanding = 10, .clients = 10, .every = 1,
        .changes = 200, .rate = 0, .warm = 1, .seconds = 0, .limit_seconds = 30, .limit = 500,
    };
    const struct { const char *name; int type; void *to; } all[] = {
        {"put", TEXT, &o.put.url}, {"put-tls", TEXT, &o.put.tls}, {"watch", TEXT, &o.watch.url},
        {"watch-tls", TEXT, &o.watch.tls}, {"from", TEXT, &o.watch.url}, {"from-tls", TEXT, &o.watch.tls},
        {"prefix", TEXT, &o.prefix}, {"key", TEXT, &o.key}, {"file", TEXT, &o.file}, {"manifest", TEXT, &o.manifest},
        {"watchers", INT, &o.watchers}, {"connections", INT, &o.connections}, {"keys", INT, &o.keys},
        {"value-bytes", INT, &o.value_bytes}, {"batch", INT, &o.batch}, {"outstanding", INT, &o.outstanding},
        {"clients", INT, &o.clients}, {"window", INT, &o.window}, {"every", INT, &o.every}, {"until", INT, &o.until},
        {"changes", INT, &o.changes}, {"rate", REAL, &o.rate}, {"warm", REAL, &o.warm}, {"seconds", REAL, &o.seconds},
        {"within", REAL, &o.limit_seconds}, {"limit", LONG, &o.limit}, {"revision", LONG, &o.revision},
        {"serializable", FLAG, &o.serializable}, {"cpu", CPU, NULL}, {"via", VIA, NULL},
    };
    int vias = 0;
    enum { N = sizeof all / sizeof all[0] };
    struct option options[N + 1] = {0};
    for (int i = 0; i < N; i++)
        options[i] = (struct option){all[i].name, all[i].type == FLAG ? no_argument : required_argument, NULL, i};
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (argc < 2) die("usage: etcdload fanout|fill|list|follow|relay|propagate OPTIONS; see bench/README.md");
    for (int i; (i = getopt_long(argc - 1, argv + 1, "", options, NULL)) != -1;) {
        if (i == '?') return 2;
        switch (all[i].type) {
        case INT: *(int *)all[i].to = atoi(optarg); break;
        case LONG: *(int64_t *)all[i].to = atoll(optarg); break;
        case REAL: *(double *)all[i].to = atof(optarg); break;
        case TEXT: *(const char **)all[i].to = optarg; break;
        case FLAG: *(bool *)all[i].to = true; break;
        case CPU: cpu_servers(optarg); break;
        case VIA:
            if (vias == VIAS_MAX) die("--via is given more than %d times", VIAS_MAX);
            o.vias[vias++] = optarg;
            break;
        }
    }
    for (size_t i = 0; i < sizeof MODES / sizeof MODES[0]; i++)
        if (strcmp(argv[1], MODES[i].name) == 0) return MODES[i].run(&o);
    die("mode \"%s\" is unknown; there are fanout, fill, list, follow, relay, propagate", argv[1]);
}
