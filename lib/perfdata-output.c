/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing perf.data's bytes so that the file is valid at every instant. */
#include "lib/perfdata-output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"

/* A regular file moves out of the way; a link, which may be /dev/stdout, does not. */
static struct px_error *move_old_file(const char *path)
{
	struct stat status;
	char *old px_cleanup(px_freep) = NULL;

	if (lstat(path, &status) || !S_ISREG(status.st_mode))
		return NULL;
	if (asprintf(&old, "%s.old", path) < 0) {
		old = NULL;
		return &px_error_no_memory;
	}
	if (rename(path, old))
		return px_error_system(errno, "cannot rename %s to %s", path, old);
	return NULL;
}

static struct px_error *output_open_fd(const char *path, int *ret)
{
	struct px_error *err;
	int fd;

	if (!strcmp(path, "-")) {
		if (isatty(STDOUT_FILENO))
			return px_error_new(PX_ERR_USAGE,
					    "perf.data is not written to a terminal");
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		err = move_old_file(path);
		if (err)
			return err;
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	}
	if (fd < 0)
		return px_error_system(errno, "cannot create %s", path);
	*ret = fd;
	return NULL;
}

struct px_error *px_perf_output_open(const char *path, struct px_perf_output *ret)
{
	struct px_perf_output output = {.fd = -1};
	struct px_error *err = px_strdup(path, &output.path);
	struct stat status;

	if (!err)
		err = px_calloc(PX_PERF_OUTPUT_BUFFER, 1, &output.buffer);
	if (!err)
		err = output_open_fd(path, &output.fd);
	if (err) {
		px_perf_output_fini(&output);
		return err;
	}
	output.is_file = strcmp(path, "-") && !fstat(output.fd, &status) &&
			 S_ISREG(status.st_mode);
	*ret = output;
	return NULL;
}

void px_perf_output_fini(struct px_perf_output *output)
{
	px_closep(&output->fd);
	free(output->path);
	free(output->buffer);
	*output = (struct px_perf_output){.fd = -1};
}

/* How much was written is added to *done, also on failure. Returns an errno value. */
static int write_all(int fd, const void *data, size_t size, size_t *done)
{
	while (*done < size) {
		ssize_t n = write(fd, (const uint8_t *)data + *done, size - *done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? errno : EIO;
		*done += (size_t)n;
	}
	return 0;
}

/* The header in place of the one that is there: needs no room on the disk. */
static int output_write_header(struct px_perf_output *output)
{
	ssize_t n;

	if (!output->is_file)
		return 0;
	do
		n = pwrite(output->fd, &output->header, sizeof(output->header), 0);
	while (n < 0 && errno == EINTR);
	if (n == sizeof(output->header))
		return 0;
	return n < 0 ? errno : EIO;
}

/* How many of the first size bytes of the buffer are whole records. */
static size_t whole_records(const uint8_t *buffer, size_t size)
{
	struct px_perf_record_header header;
	size_t pos = 0;

	while (size - pos >= sizeof(header)) {
		memcpy(&header, buffer + pos, sizeof(header));
		if (header.size > size - pos)
			break;
		pos += header.size;
	}
	return pos;
}

/* Cut the file behind size bytes and say so in its header; remember that it was reported. */
static struct px_error *output_fail(struct px_perf_output *output, int errno_value,
				    uint64_t size)
{
	output->failed = true;
	if (output->is_file && size >= output->header.data.offset) {
		int ignored px_unused = ftruncate(output->fd, (off_t)size);

		lseek(output->fd, (off_t)size, SEEK_SET);
		output->written = size;
		output->header.data.size = size - output->header.data.offset;
		output_write_header(output);
	}
	return px_error_system(errno_value, "cannot write %s", output->path);
}

struct px_error *px_perf_output_start(struct px_perf_output *output, struct px_bytes start)
{
	size_t done = 0;
	int errno_value = write_all(output->fd, start.data, start.size, &done);

	output->written = done;
	if (errno_value)
		return px_error_system(errno_value, "cannot write %s", output->path);
	return NULL;
}

struct px_error *px_perf_output_flush(struct px_perf_output *output)
{
	size_t done = 0;
	int errno_value;

	if (output->failed)
		return NULL;
	errno_value = write_all(output->fd, output->buffer, output->used, &done);
	if (errno_value)
		return output_fail(output, errno_value,
				   output->written + whole_records(output->buffer, done));
	output->written += done;
	output->used = 0;
	output->header.data.size = output->written - output->header.data.offset;
	errno_value = output_write_header(output);
	if (errno_value)
		return output_fail(output, errno_value, output->written);
	return NULL;
}

struct px_error *px_perf_output_reserve(struct px_perf_output *output, uint8_t **ret)
{
	if (output->failed)
		output->used = 0; /* there is always room for what nobody will see */
	if (PX_PERF_OUTPUT_BUFFER - output->used < PX_PERF_RECORD_MAX) {
		struct px_error *err = px_perf_output_flush(output);

		if (err)
			return err;
	}
	*ret = output->buffer + output->used;
	return NULL;
}

void px_perf_output_commit(struct px_perf_output *output, size_t size)
{
	output->used += size;
}

/* The table of sections and their payloads, as they stand behind the data. */
static void encode_sections(const struct px_perf_output *output,
			    const struct px_buffer *sections, size_t count, uint64_t *bitmap,
			    struct px_buffer *tail)
{
	uint64_t offset = output->written;

	for (size_t i = 0; i < count; i++)
		if (sections[i].size) {
			*bitmap |= UINT64_C(1) << i;
			offset += sizeof(struct px_perf_section);
		}
	for (size_t i = 0; i < count; i++) {
		struct px_perf_section section = {offset, sections[i].size};

		if (sections[i].size)
			px_buffer_add(tail, &section, sizeof(section));
		offset += section.size;
	}
	for (size_t i = 0; i < count; i++)
		px_buffer_add(tail, sections[i].data, sections[i].size);
}

static struct px_error *write_sections(struct px_perf_output *output,
				       const struct px_buffer *sections, size_t count)
{
	bool reported = output->failed;
	uint64_t bitmap = 0, end = output->written;
	struct px_buffer tail = {0};
	struct px_error *err;
	size_t done = 0;
	int errno_value;

	encode_sections(output, sections, count, &bitmap, &tail);
	errno_value = tail.failed ? ENOMEM : write_all(output->fd, tail.data, tail.size, &done);
	px_buffer_fini(&tail);
	if (!errno_value) {
		output->header.features[0] = bitmap;
		errno_value = output_write_header(output);
	}
	if (!errno_value)
		return NULL;
	output->header.features[0] = 0;
	err = output_fail(output, errno_value, end);
	if (!reported)
		return err;
	px_error_free(err);
	return NULL;
}

struct px_error *px_perf_output_finish(struct px_perf_output *output,
				       const struct px_buffer *sections, size_t count)
{
	struct px_error *err = px_perf_output_flush(output);

	if (!err && output->is_file)
		err = write_sections(output, sections, count);
	if (close(output->fd) && !err && !output->failed)
		err = px_error_system(errno, "cannot close %s", output->path);
	output->fd = -1;
	return err;
}
