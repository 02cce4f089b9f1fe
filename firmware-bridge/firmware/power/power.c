#include "power.h"

#define ON 1
#define OFF 0
#define OFF_LEAST_MAX_MS 60000u
#define TIME_MAX_MS 600000u

static uint8_t is_on(const struct power *power, uint8_t channel)
{
    return power_port_pin(channel) != power->outputs[channel].setting.is_low_on;
}

static void drive(struct power *power, uint8_t channel, uint8_t on, uint32_t now_ms)
{
    struct power_output *output = &power->outputs[channel];
    if (!on && is_on(power, channel))
        output->off_since_ms = now_ms;
    power_port_level(channel, on != output->setting.is_low_on);
}

static void make_safe(struct power *power, uint32_t now_ms)
{
    uint8_t channel;
    for (channel = 0; channel < POWER_CHANNELS; channel++) {
        power->outputs[channel].is_due = 0;
        drive(power, channel, power->outputs[channel].setting.is_safe_on, now_ms);
    }
}

/* How long the output has to stay off yet, in milliseconds. */
static uint32_t off_left(const struct power *power, uint8_t channel, uint32_t now_ms)
{
    const struct power_output *output = &power->outputs[channel];
    uint32_t off_ms = now_ms - output->off_since_ms;
    if (is_on(power, channel) || off_ms >= output->setting.off_least_ms)
        return 0;
    return output->setting.off_least_ms - off_ms;
}

static void field(struct power *power, const char *name, uint32_t number)
{
    line_text(&power->out, name);
    line_number(&power->out, number);
}

static void say_state(struct power *power, uint8_t channel)
{
    field(power, " ch=", channel + 1u);
    line_text(&power->out, is_on(power, channel) ? " st=on" : " st=off");
}

static void send(struct power *power)
{
    line_end(&power->out);
    power_port_send(power->out.text, power->out.length);
}

static void say_event(struct power *power, const char *name, uint8_t channel)
{
    line_begin(&power->out, '#', ++power->events);
    line_text(&power->out, name);
    if (channel < POWER_CHANNELS)
        say_state(power, channel);
    field(power, " boot=", power->boot);
    send(power);
}

static void accept(struct power *power)
{
    line_begin(&power->out, '=', power->in.sequence);
    line_text(&power->out, " ok");
}

static void refuse(struct power *power, const char *text)
{
    line_begin(&power->out, '!', power->in.sequence);
    line_text(&power->out, text);
}

#define BAD_WORDS " E_ARGS wrong number or form of words"

static uint8_t read_channel(struct power *power, uint8_t *channel)
{
    uint32_t number;
    if (power->in.count < 2 || !line_read_number(power->in.words[1], POWER_CHANNELS, &number) ||
        number == 0) {
        refuse(power, " E_CHANNEL expected 1 to 6");
        return 0;
    }
    *channel = (uint8_t)(number - 1);
    return 1;
}

static const char *const CAUSES[] = {"supply", "pin", "brownout", "watchdog"};

static void hello(struct power *power, uint32_t now_ms)
{
    accept(power);
    line_text(&power->out, " p=1.0 fw=power/1.0 sn=");
    line_hex(&power->out, power_port_serial(), 8);
    field(power, " boot=", power->boot);
    line_text(&power->out, " rst=");
    line_text(&power->out, CAUSES[power->cause]);
    field(power, " up=", now_ms);
    field(power, " buf=", LINE_MAX);
}

static void set(struct power *power, uint32_t now_ms)
{
    uint8_t channel, on;
    uint32_t left;
    if (!read_channel(power, &channel))
        return;
    on = power->in.count == 3 && line_is(power->in.words[2], "on");
    if (power->in.count != 3 || (!on && !line_is(power->in.words[2], "off"))) {
        refuse(power, BAD_WORDS);
        return;
    }
    left = on ? off_left(power, channel, now_ms) : 0;
    if (on && power->is_tripped) {
        refuse(power, " E_SAFE the host was silent: arm wdg first");
    } else if (left > 0) {
        refuse(power, " E_MINOFF");
        field(power, " wait=", left);
    } else {
        power->outputs[channel].is_due = 0;
        drive(power, channel, on, now_ms);
        accept(power);
        say_state(power, channel);
        field(power, " boot=", power->boot);
    }
}

static void get(struct power *power)
{
    uint8_t channel;
    if (!read_channel(power, &channel))
        return;
    accept(power);
    say_state(power, channel);
    field(power, " boot=", power->boot);
}

/* Off for a time, or the other state for a time. */
static void swing(struct power *power, uint8_t is_pulse, uint32_t now_ms)
{
    struct power_output *output;
    uint8_t channel, then;
    uint32_t time_ms;
    if (!read_channel(power, &channel))
        return;
    output = &power->outputs[channel];
    if (power->in.count != 3 || !line_read_number(power->in.words[2], TIME_MAX_MS, &time_ms) ||
        time_ms == 0) {
        refuse(power, BAD_WORDS);
        return;
    }
    then = is_pulse ? is_on(power, channel) : ON;
    if (!is_pulse && time_ms < output->setting.off_least_ms) {
        refuse(power, " E_MINOFF");
        field(power, " least=", output->setting.off_least_ms);
        return;
    }
    if ((then || is_pulse) && power->is_tripped) {
        refuse(power, " E_SAFE the host was silent: arm wdg first");
        return;
    }
    drive(power, channel, is_pulse ? !then : OFF, now_ms);
    output->due_ms = now_ms + time_ms;
    output->on_then = then;
    output->is_pulse = is_pulse;
    output->is_due = 1;
    accept(power);
    say_state(power, channel);
    field(power, " boot=", power->boot);
}

/* The voltage at an analog input, where a rail can be seen whatever its switch says. */
static void sense(struct power *power)
{
    uint32_t input;
    if (power->in.count != 2 || !line_read_number(power->in.words[1], POWER_INPUTS - 1u, &input)) {
        refuse(power, " E_INPUT expected 0 to 5");
        return;
    }
    accept(power);
    field(power, " in=", input);
    field(power, " mv=", power_port_sense((uint8_t)input));
    field(power, " boot=", power->boot);
}

static void watch(struct power *power)
{
    uint32_t time_ms;
    if (power->in.count != 2 || !line_read_number(power->in.words[1], TIME_MAX_MS, &time_ms)) {
        refuse(power, BAD_WORDS);
        return;
    }
    power->silence_ms = time_ms;
    power->is_tripped = 0;
    accept(power);
    field(power, " wdg=", time_ms);
}

static void stat(struct power *power)
{
    uint8_t channel;
    accept(power);
    line_text(&power->out, " st=");
    for (channel = 0; channel < POWER_CHANNELS; channel++)
        line_number(&power->out, is_on(power, channel));
    field(power, " wdg=", power->silence_ms);
    field(power, " trip=", power->is_tripped);
    field(power, " bad=", power->in.damaged);
    field(power, " boot=", power->boot);
}

/* cfg CH high|low on|off MS: level that switches on, safe state, least time off. */
static void configure(struct power *power)
{
    struct power_setting *setting;
    uint8_t channel, low, safe;
    uint32_t least_ms = 0;
    const char **words = power->in.words;
    if (!read_channel(power, &channel))
        return;
    setting = &power->outputs[channel].setting;
    if (power->in.count == 5) {
        low = line_is(words[2], "low");
        safe = line_is(words[3], "on");
        if ((!low && !line_is(words[2], "high")) || (!safe && !line_is(words[3], "off")) ||
            !line_read_number(words[4], OFF_LEAST_MAX_MS, &least_ms)) {
            refuse(power, BAD_WORDS);
            return;
        }
        /* The level at the pin stays: what it means has changed, and the reply shows it. */
        setting->is_low_on = low;
        setting->is_safe_on = safe;
        setting->off_least_ms = (uint16_t)least_ms;
        power_port_save(channel, setting);
    } else if (power->in.count != 2) {
        refuse(power, BAD_WORDS);
        return;
    }
    accept(power);
    say_state(power, channel);
    line_text(&power->out, setting->is_low_on ? " pol=low" : " pol=high");
    line_text(&power->out, setting->is_safe_on ? " safe=on" : " safe=off");
    field(power, " min=", setting->off_least_ms);
}

static void act(struct power *power, uint32_t now_ms)
{
    const char *verb = power->in.words[0];
    if (line_is(verb, "hello")) {
        hello(power, now_ms);
    } else if (line_is(verb, "caps")) {
        accept(power);
        field(power, " ch=", POWER_CHANNELS);
        line_text(&power->out, " set,get,cycle,pulse,sense,wdg,safe,stat,cfg,reboot,firmata");
    } else if (line_is(verb, "set")) {
        set(power, now_ms);
    } else if (line_is(verb, "get")) {
        get(power);
    } else if (line_is(verb, "cycle")) {
        swing(power, 0, now_ms);
    } else if (line_is(verb, "pulse")) {
        swing(power, 1, now_ms);
    } else if (line_is(verb, "sense")) {
        sense(power);
    } else if (line_is(verb, "wdg")) {
        watch(power);
    } else if (line_is(verb, "safe")) {
        make_safe(power, now_ms);
        stat(power);
    } else if (line_is(verb, "stat")) {
        stat(power);
    } else if (line_is(verb, "cfg")) {
        configure(power);
    } else if (line_is(verb, "reboot")) {
        power->is_restarting = 1;
        accept(power);
        field(power, " boot=", power->boot);
    } else {
        refuse(power, " E_VERB unknown command");
    }
}

static void keep_reply(struct power *power)
{
    uint8_t index;
    for (index = 0; index <= power->out.length; index++)
        power->kept[index] = power->out.text[index];
    power->kept_sequence = power->in.sequence;
    power->kept_crc = power->in.crc;
}

static void request(struct power *power, uint32_t now_ms)
{
    power->heard_ms = now_ms;
    power->line_ms = now_ms;
    power->has_line = 1;
    power->firmata.length = 0;
    /* The same request once more is a retry: its reply was lost, it must not act twice. */
    if (power->in.sequence == power->kept_sequence && power->in.crc == power->kept_crc &&
        !line_is(power->in.words[0], "hello")) {
        uint8_t length = 0;
        while (power->kept[length] != 0)
            length++;
        power_port_send(power->kept, length);
        return;
    }
    act(power, now_ms);
    line_end(&power->out);
    keep_reply(power);
    power_port_send(power->out.text, power->out.length);
    if (power->is_restarting)
        power_port_restart();
}

/* --- Firmata, protocol 2.5: what a relay on a digital pin needs ------------------------------ */

#define FIRMATA_OUTPUT 1
#define SYSEX 0xF0u
/* So long after a request of the control line no Firmata is heard. */
#define LINE_LASTS_MS 10000u
#define SYSEX_END 0xF7u

static void firmata_send(const uint8_t *bytes, uint8_t length)
{
    power_port_send((const char *)bytes, length);
}

static uint8_t channel_of(uint8_t pin)
{
    return (uint8_t)(pin - POWER_FIRST_PIN);
}

static void firmata_level(struct power *power, uint8_t channel, uint8_t level, uint32_t now_ms)
{
    uint8_t on = level != power->outputs[channel].setting.is_low_on;
    if (on && power->is_tripped)
        return;
    power->outputs[channel].is_due = 0;
    drive(power, channel, on, now_ms);
}

static void firmata_name(void)
{
    static const char name[] = "rig-power";
    uint8_t head[4] = {SYSEX, 0x79, 2, 5}, pair[2], end = SYSEX_END, index;
    firmata_send(head, 4);
    for (index = 0; name[index] != 0; index++) {
        pair[0] = (uint8_t)name[index] & 0x7F;
        pair[1] = 0;
        firmata_send(pair, 2);
    }
    firmata_send(&end, 1);
}

static void firmata_pins(uint8_t answer)
{
    uint8_t head[2], mode[3] = {FIRMATA_OUTPUT, 1, 0x7F}, none = 0x7F, end = SYSEX_END, pin;
    head[0] = SYSEX;
    head[1] = answer;
    firmata_send(head, 2);
    for (pin = 0; pin < POWER_PINS; pin++) {
        if (answer == 0x6C && channel_of(pin) < POWER_CHANNELS)
            firmata_send(mode, 3);
        else
            firmata_send(&none, 1);
    }
    firmata_send(&end, 1);
}

static void firmata_pin_state(struct power *power, uint8_t pin)
{
    uint8_t channel = channel_of(pin), answer[6] = {SYSEX, 0x6E, 0, 0, 0, SYSEX_END};
    answer[2] = pin;
    if (channel < POWER_CHANNELS) {
        answer[3] = power->firmata.modes[channel];
        answer[4] = power_port_pin(channel);
    }
    firmata_send(answer, 6);
}

static void firmata_sysex(struct power *power)
{
    const uint8_t *bytes = power->firmata.bytes;
    if (power->firmata.length < 3)
        return;
    if (bytes[1] == 0x79)
        firmata_name();
    else if (bytes[1] == 0x6B)
        firmata_pins(0x6C);
    else if (bytes[1] == 0x69)
        firmata_pins(0x6A);
    else if (bytes[1] == 0x6D && power->firmata.length == 4)
        firmata_pin_state(power, bytes[2]);
}

static void firmata_message(struct power *power, uint32_t now_ms)
{
    static const uint8_t version[3] = {0xF9, 2, 5};
    const uint8_t *bytes = power->firmata.bytes;
    uint8_t channel;
    power->heard_ms = now_ms;
    if (bytes[0] == 0xF9) {
        firmata_send(version, 3);
    } else if (bytes[0] == 0xF4) {
        channel = channel_of(bytes[1]);
        if (channel < POWER_CHANNELS && bytes[2] == FIRMATA_OUTPUT)
            power->firmata.modes[channel] = bytes[2];
    } else if (bytes[0] == 0xF5) {
        channel = channel_of(bytes[1]);
        if (channel < POWER_CHANNELS)
            firmata_level(power, channel, bytes[2] != 0, now_ms);
    } else if (bytes[0] == 0x90) {
        uint16_t levels = (uint16_t)(bytes[1] | bytes[2] << 7);
        for (channel = 0; channel < POWER_CHANNELS; channel++)
            firmata_level(power, channel, levels >> (channel + POWER_FIRST_PIN) & 1, now_ms);
    }
}

/* Its commands have the top bit set, which no byte of a control line has. Returns 1 if taken. */
static uint8_t firmata_byte(struct power *power, uint8_t byte, uint32_t now_ms)
{
    struct power_firmata *firmata = &power->firmata;
    if (byte >= 0x80 && byte != SYSEX_END) {
        firmata->bytes[0] = byte;
        firmata->length = 1;
        firmata->wanted = byte == SYSEX ? 0 : byte == 0xF9 ? 1 : 3;
    } else if (firmata->length == 0) {
        return byte >= 0x80;
    } else if (firmata->length < sizeof firmata->bytes) {
        firmata->bytes[firmata->length++] = byte;
    } else {
        /* None that is known is so long: a damaged byte began it, and would swallow all behind. */
        firmata->length = 0;
        return 0;
    }
    if (firmata->wanted == 0 && byte == SYSEX_END) {
        power->heard_ms = now_ms;
        firmata_sysex(power);
        firmata->length = 0;
    } else if (firmata->wanted != 0 && firmata->length == firmata->wanted) {
        firmata_message(power, now_ms);
        firmata->length = 0;
    }
    return 1;
}

/* --- What the port calls ---------------------------------------------------------------------- */

void power_start(struct power *power, uint16_t boot, uint8_t cause, uint32_t now_ms)
{
    static const uint8_t version[3] = {0xF9, 2, 5};
    uint8_t channel;
    line_reset(&power->in);
    power->kept_sequence = 0;
    power->kept_crc = 0;
    power->silence_ms = 0;
    power->is_tripped = 0;
    power->is_restarting = 0;
    power->events = 0;
    power->boot = boot;
    power->cause = cause;
    power->heard_ms = now_ms;
    power->has_line = 0;
    power->firmata.length = 0;
    for (channel = 0; channel < POWER_CHANNELS; channel++) {
        power_port_load(channel, &power->outputs[channel].setting);
        power->outputs[channel].is_due = 0;
        power->outputs[channel].off_since_ms = now_ms;
        power->firmata.modes[channel] = FIRMATA_OUTPUT;
    }
    /* As Firmata boards do; the control line's host waits for nothing. */
    firmata_send(version, 3);
    firmata_name();
}

void power_byte(struct power *power, uint8_t byte, uint32_t now_ms)
{
    enum line_event event;
    if (power->has_line && now_ms - power->line_ms > LINE_LASTS_MS)
        power->has_line = 0;
    /* Firmata has no check sums: a bit turned over in a control line must not become a command. */
    if (!power->in.is_open && !power->has_line && firmata_byte(power, byte, now_ms))
        return;
    event = line_take(&power->in, (char)byte);
    if (event == LINE_REQUEST) {
        request(power, now_ms);
    } else if (event == LINE_DAMAGED) {
        line_begin(&power->out, '!', 0);
        line_text(&power->out, " E_CRC");
        send(power);
    }
}

void power_tick(struct power *power, uint32_t now_ms)
{
    uint8_t channel;
    for (channel = 0; channel < POWER_CHANNELS; channel++) {
        struct power_output *output = &power->outputs[channel];
        if (!output->is_due || (int32_t)(now_ms - output->due_ms) < 0)
            continue;
        output->is_due = 0;
        drive(power, channel, output->on_then, now_ms);
        say_event(power, output->is_pulse ? " pulsed" : " cycled", channel);
    }
    if (power->silence_ms > 0 && now_ms - power->heard_ms > power->silence_ms) {
        power->silence_ms = 0;
        power->is_tripped = 1;
        make_safe(power, now_ms);
        say_event(power, " silence", POWER_CHANNELS);
    }
}
