/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A C++ guest program that spends known shares of its CPU time in three kinds of work, each below
 * a virtual call, a template and libstdc++, and says at the end what it spent: the truth that
 * user stacks taken from outside are held against.
 *
 * usage: phases SECONDS		output: as of shares.c
 */
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace
{

uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return static_cast<uint64_t>(now.tv_sec) * 1000000000u +
	       static_cast<uint64_t>(now.tv_nsec);
}

} // namespace

namespace work
{

volatile uint64_t sink;

class phase
{
public:
	phase(const char *name, unsigned int percent) : name(name), percent(percent)
	{
	}
	virtual ~phase() = default;
	virtual void run() = 0;

	/* Make up for what is due of the time that all have had so far. */
	void catch_up(uint64_t total_ns)
	{
		while (spent_ns < total_ns / 100 * percent) {
			uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);

			run();
			spent_ns += clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
		}
	}

	const char *name;
	unsigned int percent;
	uint64_t spent_ns = 0;
};

template <typename T> [[gnu::noinline]] T mix(T x, int rounds)
{
	for (int i = 0; i < rounds; i++)
		x = x * 6364136223846793005u + 1442695040888963407u;
	return x;
}

class hashing : public phase
{
public:
	hashing() : phase("work::hashing::run", 50)
	{
	}
	[[gnu::noinline]] void run() override
	{
		sink = mix<uint64_t>(sink | 1, 2000000);
		asm volatile("" ::: "memory");
	}
};

class sorting : public phase
{
public:
	sorting() : phase("work::sorting::run", 30)
	{
	}
	[[gnu::noinline]] void run() override
	{
		std::vector<uint64_t> numbers(20000);

		for (auto &number : numbers)
			number = sink = sink * 6364136223846793005u + 1;
		std::sort(numbers.begin(), numbers.end(), std::greater<uint64_t>());
		sink = numbers[100];
	}
};

/* Mostly in the C++ library and in libc. */
class building : public phase
{
public:
	building() : phase("work::building::run", 20)
	{
	}
	[[gnu::noinline]] void run() override
	{
		std::string text;

		for (int i = 0; i < 20000; i++)
			text += std::to_string(i) + ",";
		sink = text.size();
	}
};

} // namespace work

int main(int argc, char **argv)
{
	uint64_t seconds = argc > 1 ? strtoul(argv[1], nullptr, 10) : 10;
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + seconds * 1000000000u;
	std::vector<std::unique_ptr<work::phase>> phases;
	uint64_t total = 0;

	phases.push_back(std::make_unique<work::hashing>());
	phases.push_back(std::make_unique<work::sorting>());
	phases.push_back(std::make_unique<work::building>());
	for (uint64_t round = 1; clock_ns(CLOCK_MONOTONIC) < end; round++)
		for (auto &phase : phases)
			phase->catch_up(round * 100000000u);
	for (const auto &phase : phases)
		total += phase->spent_ns;
	for (const auto &phase : phases)
		printf("%s %.2f %s\n", phase->name,
		       100.0 * static_cast<double>(phase->spent_ns) / static_cast<double>(total),
		       phase->name);
	return 0;
}
