# The picture without its style and script.
perf-xen report --svg --inverted --comm 'nginx: worker' ../data/guest.perf.data |
	sed -e '/<style>/,/<\/style>/d' -e '/<script>/,/<\/script>/d'
