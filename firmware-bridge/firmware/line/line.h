/*
 * The control line, portable: framed ASCII requests in, framed replies out. No heap, no OS, no
 * static state: what a line needs is in the structs. Specified in docs/reference/control-line.md.
 */
#ifndef RIG_LINE_H
#define RIG_LINE_H

#include <stdint.h>

/* Bytes of a line with its LF. */
#define LINE_MAX 80
#define LINE_WORDS 8

/* CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, no reflection, no final xor. */
uint16_t line_crc(uint16_t crc, uint8_t byte);
#define LINE_CRC_START 0xFFFFu

enum line_event { LINE_NOTHING, LINE_REQUEST, LINE_DAMAGED };

/* Takes bytes, and holds one line. */
struct line_in {
    char text[LINE_MAX + 1];
    uint8_t length;
    uint8_t is_open;      /* a '$' was seen and the line fits so far */
    uint16_t damaged;     /* lines with a wrong CRC or form, and overlong ones; stays at its end */
    uint8_t sequence;     /* of the request, 1 to 255 */
    uint8_t count;        /* of words: the verb and its arguments */
    uint16_t crc;         /* of the request: with the sequence number it tells a retry */
    const char *words[LINE_WORDS];
};

void line_reset(struct line_in *in);

/* LINE_REQUEST: `sequence`, `words` and `count` are those of a whole request, until the next call. */
enum line_event line_take(struct line_in *in, char byte);

/* Writes one line. What does not fit is left out, and the line is then `E_LONG`: none is cut. */
struct line_out {
    char text[LINE_MAX + 1];
    uint8_t length;
    uint8_t is_full;
    uint8_t sequence;
};

/* `mark` is '=' (done), '!' (refused) or '#' (event); `sequence` that of the request or event. */
void line_begin(struct line_out *out, char mark, uint16_t sequence);
void line_text(struct line_out *out, const char *text);
void line_number(struct line_out *out, uint32_t number);
/* `digits` hexadecimal digits, capitals. */
void line_hex(struct line_out *out, uint32_t number, uint8_t digits);
void line_end(struct line_out *out);

/* Whole decimal numbers up to `maximum`; 0 where the word is none, else 1. */
uint8_t line_read_number(const char *word, uint32_t maximum, uint32_t *number);
uint8_t line_is(const char *word, const char *other);

#endif
