perf-xen script --ns ../data/guest.perf.data
