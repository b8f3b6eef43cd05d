/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pointers relative to where they stand, or to what (Linux Standard Base 10.5). */
#include "symbolize/cfi-section.h"

#include <dwarf.h>

bool px_cfi_pointer(struct px_cursor *c, uint8_t encoding, const struct px_cfi_section *section,
		    uint64_t *ret)
{
	uint64_t here = section->address + c->pos, value = 0;

	switch (encoding & 0x0f) {
	case DW_EH_PE_absptr:
	case DW_EH_PE_udata8:
	case DW_EH_PE_sdata8:
		value = px_cursor_u64(c);
		break;
	case DW_EH_PE_uleb128:
		value = px_cursor_uleb128(c);
		break;
	case DW_EH_PE_sleb128:
		value = (uint64_t)px_cursor_sleb128(c);
		break;
	case DW_EH_PE_udata2:
		value = px_cursor_u16(c);
		break;
	case DW_EH_PE_sdata2:
		value = (uint64_t)(int64_t)(int16_t)px_cursor_u16(c);
		break;
	case DW_EH_PE_udata4:
		value = px_cursor_u32(c);
		break;
	case DW_EH_PE_sdata4:
		value = (uint64_t)(int64_t)(int32_t)px_cursor_u32(c);
		break;
	default:
		return false;
	}
	switch (encoding & 0xf0) {
	case DW_EH_PE_absptr:
		break;
	case DW_EH_PE_pcrel:
		value += here;
		break;
	case DW_EH_PE_textrel:
		value += section->text_address;
		break;
	case DW_EH_PE_datarel:
		value += section->data_address;
		break;
	default: /* relative to functions, aligned, indirect */
		return false;
	}
	*ret = value;
	return !c->failed;
}
