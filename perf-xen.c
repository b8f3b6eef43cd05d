/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command table, help, version, exit status; nothing else. */
int main(void)
{
	return 2;
}
