perf-xen report --no-children -g callee --sort sym --percent-limit 10 -e vcpu-clock ../data/guest.perf.data
