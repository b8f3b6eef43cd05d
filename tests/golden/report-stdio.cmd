perf-xen report -n ../data/guest.perf.data
