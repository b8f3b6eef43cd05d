# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How the lab's images are made and kept: the part of xenlab that runs once. It is sourced.
#
# An image folder is named by a hash of what it is made of. The scripts that dom0 and the guests
# run are not in it, they are added for each run: changing them costs nothing.

# --- versions and cache keys --------------------------------------------------------------------

# The meta package of the guests' kernel.
guest_kernel=linux-image-cloud-amd64

# The kernel packages that the meta packages stand for: dom0's, then the guests'.
kernel_packages() {
	{ apt-cache depends linux-image-amd64 "$guest_kernel" 2>/dev/null || true; } |
		awk '$1 == "Depends:" { printf "%s ", $2 }'
}

# The versions of packages that apt would install.
candidates() {
	apt-cache policy "$@" 2>/dev/null | awk '$1 == "Candidate:" { print $2 }'
}

find_versions() {
	local packages
	packages=$(kernel_packages)
	[ -n "$packages" ] || { apt-get update -q >&2 && packages=$(kernel_packages); }
	read -r dom0_package guest_package _ <<<"$packages"
	[ -n "$guest_package" ] || die "apt offers no kernel packages"
	dom0_release=${dom0_package#linux-image-}
	guest_release=${guest_package#linux-image-}
	xen_package=xen-hypervisor-4.17-amd64
}

# What the images of the machine are made of, as one hash, and those of its guests.
images_key() {
	{
		echo "$dom0_package $xen_package"
		candidates "$dom0_package" "$xen_package"
		dpkg-query -W busybox-static
		cat "$here/images.sh" "$here"/dom0/{packages,initrd-init}
	} | sha256sum | cut -c1-16
}

guests_key() {
	{
		echo "$guest_package"
		candidates "$guest_package"
		dpkg-query -W linux-perf busybox-static grub-pc-bin
		cat "$here/images.sh"
	} | sha256sum | cut -c1-16
}

# --- building -----------------------------------------------------------------------------------

# Unpack Debian package $1 into folder $2; further arguments: only these paths.
unpack_package() {
	local package=$1 to=$2
	shift 2
	mkdir -p "$to" "$work/debs"
	(cd "$work/debs" && apt-get -q -o APT::Sandbox::User=root download "$package" >/dev/null) ||
		die "apt cannot download $package"
	dpkg-deb --fsys-tarfile "$work"/debs/"$package"_*.deb | tar -x -C "$to" "$@"
	rm -f "$work"/debs/"$package"_*.deb
}

# File names of modules $3... and of what they need, in loading order, below $1 for release $2.
module_order() {
	local root=$1 release=$2 module
	shift 2
	for module; do
		modprobe -d "$root" -S "$release" --show-depends "$module" 2>/dev/null |
			awk '$1 == "insmod" { print $2 }'
	done | awk '!seen[$0]++'
}

# A cpio archive $1 of busybox and modules $3... from the tree $2; the caller adds an init.
make_initramfs() {
	local archive=$1 root=$2 tree file
	shift 2
	tree=$(mktemp -d "$work/tree.XXXXXX")
	mkdir -p "$tree"/{bin,dev,proc,root,modules}
	cp /bin/busybox "$tree/bin/busybox"
	for file in $(module_order "$root" "$(ls "$root/lib/modules")" "$@"); do
		cp "$file" "$tree/modules/"
		echo "${file##*/}" >>"$tree/modules/order"
	done
	pack "$tree" >"$archive"
	rm -rf "$tree"
}

# A folder as a cpio archive. Several of them in a row make one initramfs.
pack() {
	(cd "$1" && find . -mindepth 1 | cpio -o -H newc --quiet)
}

# The ELF file in a Linux image: it need not be unpacked at each boot. What is not xz stays.
extract_kernel() {
	local image=$1 sectors offset length
	sectors=$(od -An -tu1 -j 0x1f1 -N 1 "$image")
	offset=$(od -An -tu4 -j 0x248 -N 4 "$image")
	length=$(od -An -tu4 -j 0x24c -N 4 "$image")
	# The unpacked size follows the xz stream.
	tail -c "+$(((sectors + 1) * 512 + offset + 1))" "$image" | head -c "$((length - 4))" |
		xz -dc 2>/dev/null || cat "$image"
}

build_guest_images() {
	local root=$work/guest-root
	unpack_package "$guest_package" "$root" ./lib/modules "./boot/vmlinuz-$guest_release"
	depmod -b "$root" "$guest_release"
	cp "$root/boot/vmlinuz-$guest_release" "$new/guest-vmlinuz"
	make_initramfs "$new/guest-initramfs" "$root" xen-netfront xen-blkfront ext4
	unpack_module "$root"/lib/modules/*/kernel/drivers/net/xen-netback/xen-netback.ko* \
		>"$new/guest-netback"
	build_perf_archive
	build_grub
	rm -rf "$root"
}

unpack_module() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# Debian's perf with its libraries.
build_perf_archive() {
	local tree=$work/perf file
	mkdir -p "$tree/usr/bin"
	cp "$(command -v perf)" "$tree/usr/bin/perf"
	for file in $(ldd "$tree/usr/bin/perf" | grep -o '/[^ ]*'); do
		mkdir -p "$tree${file%/*}"
		cp -L "$file" "$tree$file"
	done
	pack "$tree" >"$new/guest-perf"
	rm -rf "$tree"
}

# A boot loader that is started like a kernel and boots what /grub.cfg says, on a disk that is a
# cpio archive.
build_grub() {
	printf '%s\n' 'set root=(hd0)' 'source /grub.cfg' >"$work/grub-start.cfg"
	grub-mkimage -O i386-pc -p / -c "$work/grub-start.cfg" -o "$work/grub" \
		biosdisk newc linux configfile
	cat /usr/lib/grub/i386-pc/lnxboot.img "$work/grub" >"$new/guest-grub"
}

# Debian's sources and apt settings of this machine, for the root file system.
apt_sources() {
	# shellcheck disable=SC2016 # the names are apt's
	apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian'
}

build_dom0_images() {
	local root=$work/dom0-root option options=() packages
	packages=$(grep -v '^#' "$here/dom0/packages" | paste -sd, -)
	apt_sources >"$work/sources.list"
	while IFS= read -r option; do
		options+=("--aptopt=$option")
	done < <(apt-config dump Acquire | grep -E '^Acquire::(Check-|http)')
	mmdebstrap --quiet --mode=root --variant=essential --include="$packages" "${options[@]}" \
		bookworm "$root" "$work/sources.list" >&2 || die "mmdebstrap failed"
	unpack_package "$dom0_package" "$root" ./lib/modules "./boot/vmlinuz-$dom0_release"
	depmod -b "$root" "$dom0_release"
	extract_kernel "$root/boot/vmlinuz-$dom0_release" >"$new/dom0-kernel"
	rm -rf "${root:?}/boot"
	make_initramfs "$new/dom0-initramfs" "$root" virtio_pci virtio_blk ext4 9pnet_virtio 9p
	mkdir "$work/dom0-init"
	cp "$here/dom0/initrd-init" "$work/dom0-init/init"
	pack "$work/dom0-init" >>"$new/dom0-initramfs"
	# Only the modules that the init asks for, and theirs, go to the disk.
	keep_modules "$root" "$dom0_release" virtio_console xenfs xen-privcmd \
		xen-gntdev xen-gntalloc xen-evtchn xen-netback xen-blkback bridge loop dm-mod tun
	mkdir -p "$root"/lab/{control,images} "$root"/{perf-xen,share}
	{
		echo 'vif.default.bridge="xenbr0"'
		echo 'vif.default.script="/lab/control/bin/vif"'
	} >>"$root/etc/xen/xl.conf"
	rm -rf "$root"/usr/share/{doc,man,locale} "$root"/var/{cache,lib/apt}
	mke2fs -qF -t ext4 -O ^has_journal -d "$root" "$new/dom0-disk" \
		"$(($(du -sm "$root" | cut -f1) + 300))M" >/dev/null
	rm -rf "$root"
}

keep_modules() {
	local root=$1 release=$2 kept
	shift 2
	kept=$(mktemp -d "$work/kept.XXXXXX")
	module_order "$root" "$release" "$@" | while read -r file; do
		mkdir -p "$kept/${file#"$root"}" && rmdir "$kept/${file#"$root"}"
		cp "$file" "$kept/${file#"$root"}"
	done
	cp "$root/lib/modules/$release"/modules.{order,builtin*} "$kept/lib/modules/$release/"
	rm -rf "$root/lib/modules"
	cp -r "$kept/lib/modules" "$root/lib/"
	rm -rf "$kept"
	depmod -b "$root" "$release"
}

build_xen() {
	unpack_package "$xen_package" "$work/xen" ./boot
	gunzip -c "$work"/xen/boot/xen-4.17-amd64.gz >"$new/xen"
	rm -rf "$work/xen"
}

# Let functions $2... fill folder $1, unless it is there.
fill() {
	local folder=$1 step
	shift
	if [ ! -d "$folder" ]; then
		echo "xenlab: building ${folder##*/} (once)" >&2
		work=$(mktemp -d "$cache/work.XXXXXX")
		new=$work/images
		mkdir "$new"
		for step; do
			"$step"
		done
		mv "$new" "$folder"
		rm -rf "$work"
	fi
	touch "$folder"
}

# Make the images unless they are there; sets $images and $guests. Two builds at once: the second
# waits.
build() {
	mkdir -p "$cache"
	find_versions
	images=$cache/images-$(images_key)
	guests=$cache/guests-$(guests_key)
	exec 8>"$cache/lock"
	flock 8
	fill "$images" build_dom0_images build_xen
	fill "$guests" build_guest_images
	# Images that no lab has used for two weeks go, and what killed builds left.
	find "$cache" -maxdepth 1 \( -name 'images-*' -mtime +14 -o -name 'guests-*' -mtime +14 -o \
		-name 'work.*' -mtime +1 \) -exec rm -rf {} +
	exec 8>&-
}

# The debug image is large and seldom changes: cached by itself, by package version.
vmlinux() {
	find_versions
	local package=$guest_package-dbg file
	file=$cache/vmlinux-$guest_release-$(candidates "$package" | tr -c 'A-Za-z0-9.\n' _)
	mkdir -p "$cache"
	exec 8>"$cache/lock-vmlinux"
	flock 8
	if [ ! -f "$file" ]; then
		work=$(mktemp -d "$cache/work.XXXXXX")
		unpack_package "$package" "$work" "./usr/lib/debug/boot/vmlinux-$guest_release"
		mv "$work/usr/lib/debug/boot/vmlinux-$guest_release" "$file"
		rm -rf "$work"
	fi
	exec 8>&-
	echo "$file"
}
