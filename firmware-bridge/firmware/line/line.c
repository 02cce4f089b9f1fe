#include "line.h"

uint16_t line_crc(uint16_t crc, uint8_t byte)
{
    uint8_t bit;
    crc ^= (uint16_t)((uint16_t)byte << 8);
    for (bit = 0; bit < 8; bit++)
        crc = (uint16_t)(crc << 1 ^ ((crc & 0x8000u) != 0 ? 0x1021u : 0u));
    return crc;
}

void line_reset(struct line_in *in)
{
    in->length = 0;
    in->is_open = 0;
    in->damaged = 0;
    in->sequence = 0;
    in->count = 0;
    in->crc = 0;
}

uint8_t line_is(const char *word, const char *other)
{
    while (*word != 0 && *word == *other) {
        word++;
        other++;
    }
    return *word == *other;
}

uint8_t line_read_number(const char *word, uint32_t maximum, uint32_t *number)
{
    uint32_t value = 0;
    if (*word == 0)
        return 0;
    for (; *word != 0; word++) {
        uint32_t digit = (uint32_t)(*word - '0');
        if (*word < '0' || *word > '9' || value > (maximum - digit) / 10 || digit > maximum)
            return 0;
        value = value * 10 + digit;
    }
    *number = value;
    return 1;
}

static int8_t hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (int8_t)(c - '0');
    if (c >= 'A' && c <= 'F')
        return (int8_t)(c - 'A' + 10);
    return -1;
}

/* The four digits behind the last '*' against the CRC of what is before it. */
static uint8_t is_whole(struct line_in *in)
{
    uint16_t crc = LINE_CRC_START, found = 0;
    uint8_t index, star;
    if (in->length < 6 || in->text[in->length - 5] != '*')
        return 0;
    star = (uint8_t)(in->length - 5);
    for (index = 0; index < star; index++)
        crc = line_crc(crc, (uint8_t)in->text[index]);
    for (index = (uint8_t)(star + 1); index < in->length; index++) {
        int8_t digit = hex_digit(in->text[index]);
        if (digit < 0)
            return 0;
        found = (uint16_t)(found << 4 | (uint16_t)digit);
    }
    in->text[star] = 0;
    in->crc = crc;
    return crc == found;
}

/* Words are parted by one space each; the first is the sequence number behind the '$'. */
static uint8_t split(struct line_in *in)
{
    char *at = in->text + 1;
    uint32_t sequence;
    const char *first = at;
    in->count = 0;
    for (; *at != 0; at++) {
        if (*at != ' ')
            continue;
        *at = 0;
        if (in->count == LINE_WORDS || at[1] == ' ' || at[1] == 0)
            return 0;
        in->words[in->count++] = at + 1;
    }
    if (in->count == 0 || !line_read_number(first, 255, &sequence) || sequence == 0)
        return 0;
    in->sequence = (uint8_t)sequence;
    return 1;
}

static enum line_event damaged(struct line_in *in)
{
    if (in->damaged < 0xFFFFu)
        in->damaged++;
    return LINE_DAMAGED;
}

enum line_event line_take(struct line_in *in, char byte)
{
    if (byte == '$') {
        in->length = 0;
        in->is_open = 1;
    }
    if (!in->is_open || byte == '\r')
        return LINE_NOTHING;
    if (byte == '\n') {
        in->is_open = 0;
        in->text[in->length] = 0;
        return is_whole(in) && split(in) ? LINE_REQUEST : damaged(in);
    }
    if (in->length == LINE_MAX - 1 || byte < ' ' || byte > '~') {
        in->is_open = 0;
        return damaged(in);
    }
    in->text[in->length++] = byte;
    return LINE_NOTHING;
}

static void put(struct line_out *out, char c)
{
    /* Room for '*', the CRC and the LF is kept. */
    if (out->length >= LINE_MAX - 6)
        out->is_full = 1;
    else
        out->text[out->length++] = c;
}

void line_begin(struct line_out *out, char mark, uint16_t sequence)
{
    out->length = 0;
    out->is_full = 0;
    out->sequence = (uint8_t)sequence;
    put(out, mark);
    line_number(out, sequence);
}

void line_text(struct line_out *out, const char *text)
{
    for (; *text != 0; text++)
        put(out, *text);
}

void line_number(struct line_out *out, uint32_t number)
{
    char digits[10];
    uint8_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0)
        put(out, digits[--count]);
}

void line_hex(struct line_out *out, uint32_t number, uint8_t digits)
{
    while (digits > 0) {
        digits--;
        put(out, "0123456789ABCDEF"[number >> (4 * digits) & 15]);
    }
}

void line_end(struct line_out *out)
{
    uint16_t crc = LINE_CRC_START;
    uint8_t index;
    if (out->is_full) {
        line_begin(out, '!', out->sequence);
        line_text(out, " E_LONG the answer does not fit a line");
    }
    for (index = 0; index < out->length; index++)
        crc = line_crc(crc, (uint8_t)out->text[index]);
    out->text[out->length++] = '*';
    for (index = 0; index < 4; index++)
        out->text[out->length++] = "0123456789ABCDEF"[crc >> (12 - 4 * index) & 15];
    out->text[out->length++] = '\n';
    out->text[out->length] = 0;
}
