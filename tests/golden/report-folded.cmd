perf-xen report --folded --kernel ../data/guest.perf.data
