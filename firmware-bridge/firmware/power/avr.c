/*
 * The power-switch board on an ATmega328P at 16 MHz (Arduino Uno, Nano): channels 1 to 6 on pins
 * 2 to 7 (PORTD), control line on the USART with 115200 bit/s.
 */
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "power.h"

#define PINS 0xFCu
#define RING 128u

static volatile uint8_t ring[RING];
static volatile uint8_t ring_head, ring_tail;
static volatile uint32_t milliseconds;
static struct power board;

/* EEPROM: boot counter, then a setting of four bytes for each channel. Erased is 0xFF. */
#define BOOT_AT ((uint16_t *)0)
#define SERIAL_AT ((uint32_t *)4)
#define SETTING_AT(channel) ((uint8_t *)(8 + 4 * (channel)))

void power_port_load(uint8_t channel, struct power_setting *setting)
{
    uint8_t flags = eeprom_read_byte(SETTING_AT(channel));
    uint16_t least_ms = eeprom_read_word((uint16_t *)(SETTING_AT(channel) + 2));
    uint8_t is_erased = flags == 0xFF;
    setting->is_low_on = is_erased ? 0 : flags & 1;
    setting->is_safe_on = is_erased ? 0 : flags >> 1 & 1;
    setting->off_least_ms = is_erased || least_ms > 60000u ? 100 : least_ms;
}

void power_port_save(uint8_t channel, const struct power_setting *setting)
{
    eeprom_update_byte(SETTING_AT(channel),
                       (uint8_t)(setting->is_low_on | setting->is_safe_on << 1));
    eeprom_update_word((uint16_t *)(SETTING_AT(channel) + 2), setting->off_least_ms);
}

uint32_t power_port_serial(void)
{
    return eeprom_read_dword(SERIAL_AT);
}

void power_port_level(uint8_t channel, uint8_t level)
{
    uint8_t mask = (uint8_t)(1u << (channel + POWER_FIRST_PIN));
    if (level)
        PORTD |= mask;
    else
        PORTD &= (uint8_t)~mask;
}

uint8_t power_port_pin(uint8_t channel)
{
    /* The synchroniser shows a new level one clock later (data sheet, 14.2.4). */
    __asm__ __volatile__("nop");
    return PIND >> (channel + POWER_FIRST_PIN) & 1;
}

void power_port_send(const char *bytes, uint8_t length)
{
    uint8_t index;
    for (index = 0; index < length; index++) {
        while ((UCSR0A & _BV(UDRE0)) == 0)
            wdt_reset();
        UDR0 = (uint8_t)bytes[index];
    }
}

void power_port_restart(void)
{
    /* 15 ms are enough for the two bytes that are still leaving. */
    cli();
    wdt_enable(WDTO_15MS);
    for (;;) {
    }
}

ISR(USART_RX_vect)
{
    uint8_t byte = UDR0;
    uint8_t next = (uint8_t)((ring_head + 1u) % RING);
    if (next != ring_tail) {
        ring[ring_head] = byte;
        ring_head = next;
    }
}

ISR(TIMER0_COMPA_vect)
{
    milliseconds++;
}

static uint32_t now(void)
{
    uint32_t time;
    cli();
    time = milliseconds;
    sei();
    return time;
}

/* Before anything else: safe levels first, and only then the pins become outputs. */
static void outputs_safe(void)
{
    uint8_t channel;
    struct power_setting setting;
    for (channel = 0; channel < POWER_CHANNELS; channel++) {
        power_port_load(channel, &setting);
        power_port_level(channel, setting.is_safe_on != setting.is_low_on);
    }
    DDRD |= PINS;
}

/* Until the next interrupt, which is a millisecond away at most. A byte that comes just before
 * wakes it at once: after sei the next instruction is still carried out. */
static void rest(void)
{
    cli();
    if (ring_tail == ring_head) {
        sleep_enable();
        sei();
        sleep_cpu();
        sleep_disable();
    }
    sei();
}

/* Against the supply of 5 V. Waits for the conversion, 0.1 ms. */
uint16_t power_port_sense(uint8_t input)
{
    ADMUX = (uint8_t)(_BV(REFS0) | input);
    ADCSRA |= _BV(ADSC);
    while (ADCSRA & _BV(ADSC))
        ;
    return (uint16_t)(ADC * 5000ul / 1023u);
}

static uint8_t cause_of(uint8_t flags)
{
    if (flags & _BV(WDRF))
        return POWER_BY_WATCHDOG;
    if (flags & _BV(PORF))
        return POWER_BY_SUPPLY;
    return flags & _BV(BORF) ? POWER_BY_BROWN_OUT : POWER_BY_PIN;
}

int main(void)
{
    uint8_t flags = MCUSR;
    uint16_t boot;
    outputs_safe();
    MCUSR = 0;
    wdt_enable(WDTO_1S);
    boot = (uint16_t)(eeprom_read_word(BOOT_AT) + 1u);
    eeprom_update_word(BOOT_AT, boot);

    UBRR0 = 16;
    UCSR0A = _BV(U2X0);
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
    TCCR0A = _BV(WGM01);
    OCR0A = 249;
    TIMSK0 = _BV(OCIE0A);
    TCCR0B = _BV(CS01) | _BV(CS00);
    set_sleep_mode(SLEEP_MODE_IDLE);
    /* A clock of 125 kHz, as the converter likes it. */
    ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
    sei();

    power_start(&board, boot, cause_of(flags), now());
    for (;;) {
        wdt_reset();
        while (ring_tail != ring_head) {
            uint8_t byte = ring[ring_tail];
            ring_tail = (uint8_t)((ring_tail + 1u) % RING);
            power_byte(&board, byte, now());
        }
        power_tick(&board, now());
        rest();
    }
}
