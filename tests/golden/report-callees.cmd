perf-xen report -g caller --sort cpu,comm,sym --comm 'nginx: worker' --title nginx ../data/guest.perf.data
