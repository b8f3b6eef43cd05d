perf-xen report --svg --html
perf-xen report --sort speed
perf-xen report --percent-limit many
perf-xen report -C 3-1
perf-xen report one two
perf-xen report --input /nowhere/perf.data
