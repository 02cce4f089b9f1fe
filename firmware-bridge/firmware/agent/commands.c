/* The commands of the control line, each answered with what holds then. */
#include "agent.h"

#define BAD_WORDS " E_ARGS wrong number or form of words"
#define NUMBER_MAX 0xFFFFFFFFu

static const char *const CAUSES[] = {"supply", "pin", "brownout", "watchdog", "command"};
static const char *const FAULTS[] = {"mute",    "deaf",     "drop-tx",
                                     "drop-rx", "store-io", "store-full"};
static const char *const STATES[] = {"active", "passive", "off"};
static const char *const SETTINGS[] = {"node",  "nodes",   "round", "delta",
                                       "every", "journal", "kept",  "clients", "seed",
                                       "keys",  "length",  "reads", "share", "registers",
                                       "timeout", "retry"};

/* --- Answers ---------------------------------------------------------------------------------- */

void agent_accept(struct agent *agent)
{
    line_begin(&agent->out, '=', agent->in.sequence);
    line_text(&agent->out, " ok");
}

void agent_refuse(struct agent *agent, const char *text)
{
    line_begin(&agent->out, '!', agent->in.sequence);
    line_text(&agent->out, text);
}

void agent_field(struct agent *agent, const char *name, uint32_t number)
{
    line_text(&agent->out, name);
    line_number(&agent->out, number);
}

static void word(struct agent *agent, const char *name, const char *text)
{
    line_text(&agent->out, name);
    line_text(&agent->out, text);
}

static void boot_field(struct agent *agent)
{
    agent_field(agent, " boot=", agent->boot);
}

/* The place of a word among `count` names; `count` where it is none of them. */
static uint8_t named(const char *text, const char *const *names, uint8_t count)
{
    uint8_t index = 0;
    while (index < count && !line_is(text, names[index]))
        index++;
    return index;
}

/* --- Commands --------------------------------------------------------------------------------- */

static void hello(struct agent *agent)
{
    agent_accept(agent);
    word(agent, " p=1.0 fw=", app_name());
    line_text(&agent->out, " sn=");
    line_hex(&agent->out, agent_port_serial(), 8);
    boot_field(agent);
    word(agent, " rst=", CAUSES[agent->cause]);
    agent_field(agent, " up=", (uint32_t)(agent->now_us / 1000));
    agent_field(agent, " buf=", LINE_MAX);
}

static void echo(struct agent *agent)
{
    uint8_t index;
    agent_accept(agent);
    for (index = 1; index < agent->in.count; index++)
        word(agent, " ", agent->in.words[index]);
    boot_field(agent);
}

static void tell_time(struct agent *agent)
{
    agent_accept(agent);
    agent_field(agent, " s=", (uint32_t)(agent->now_us / 1000000));
    agent_field(agent, " us=", (uint32_t)(agent->now_us % 1000000));
    boot_field(agent);
}

static void can(struct agent *agent)
{
    if (agent->in.count != 2 || !line_is(agent->in.words[1], "stat")) {
        agent_refuse(agent, BAD_WORDS);
        return;
    }
    agent_accept(agent);
    word(agent, " st=", STATES[agent->bus_state]);
    agent_field(agent, " tec=", agent->tec);
    agent_field(agent, " rec=", agent->rec);
    agent_field(agent, " rx=", agent->received);
    agent_field(agent, " tx=", agent->sent);
    boot_field(agent);
}

static void say_fault(struct agent *agent, uint8_t fault)
{
    agent_accept(agent);
    word(agent, " name=", FAULTS[fault]);
    agent_field(agent, " permille=", agent->hooks[fault].per_mille);
    agent_field(agent, " hits=", agent->hooks[fault].hits);
    boot_field(agent);
}

static void list_faults(struct agent *agent)
{
    uint8_t fault;
    agent_accept(agent);
    for (fault = 0; fault < AGENT_FAULTS; fault++)
        if (agent->hooks[fault].per_mille > 0)
            word(agent, " ", FAULTS[fault]);
    boot_field(agent);
}

static void clear_faults(struct agent *agent)
{
    uint8_t fault;
    for (fault = 0; fault < AGENT_FAULTS; fault++)
        agent->hooks[fault].per_mille = 0;
    list_faults(agent);
}

static void set_fault(struct agent *agent, uint8_t fault)
{
    uint32_t per_mille = 1000;
    if (agent->in.count == 4 && !line_read_number(agent->in.words[3], 1000, &per_mille)) {
        agent_refuse(agent, " E_ARGS expected 0 to 1000 per mille");
        return;
    }
    agent->hooks[fault].per_mille = (uint16_t)per_mille;
    say_fault(agent, fault);
}

static void fault(struct agent *agent)
{
    const char *const *words = agent->in.words;
    uint8_t count = agent->in.count, name = AGENT_FAULTS;
    uint32_t seed;
    if (count == 4 && line_is(words[1], "set") && line_is(words[2], "seed")) {
        if (!line_read_number(words[3], NUMBER_MAX, &seed)) {
            agent_refuse(agent, BAD_WORDS);
            return;
        }
        agent->random = seed | 1u;
        list_faults(agent);
        return;
    }
    if (count > 2)
        name = named(words[2], FAULTS, AGENT_FAULTS);
    if (count == 2 && line_is(words[1], "list")) {
        list_faults(agent);
    } else if (count == 2 && line_is(words[1], "clear")) {
        clear_faults(agent);
    } else if (count < 3 || count > 4) {
        agent_refuse(agent, BAD_WORDS);
    } else if (name == AGENT_FAULTS) {
        agent_refuse(agent, " E_FAULT no such fault");
    } else if (line_is(words[1], "set")) {
        set_fault(agent, name);
    } else if (line_is(words[1], "clear") && count == 3) {
        agent->hooks[name].per_mille = 0;
        say_fault(agent, name);
    } else if (line_is(words[1], "list") && count == 3) {
        say_fault(agent, name);
    } else {
        agent_refuse(agent, BAD_WORDS);
    }
}

/* The nodes that are not heard, and how many of their frames were kept back since the start. */
static void filter(struct agent *agent)
{
    const char *const *words = agent->in.words;
    uint8_t count = agent->in.count;
    uint32_t mask = agent->filter;
    if (count == 2 && line_is(words[1], "clear")) {
        mask = 0;
    } else if (count == 3 && line_is(words[1], "set")) {
        if (!line_read_number(words[2], (1u << AGENT_SOURCES) - 1, &mask))
            count = 0;
    } else if (count != 2 || !line_is(words[1], "info")) {
        count = 0;
    }
    if (count == 0) {
        agent_refuse(agent, BAD_WORDS);
        return;
    }
    agent->filter = (uint16_t)mask;
    agent_accept(agent);
    agent_field(agent, " mask=", agent->filter);
    agent_field(agent, " hits=", agent->filtered);
    boot_field(agent);
}

static void hist_info(struct agent *agent)
{
    agent_accept(agent);
    agent_field(agent, " first=", agent->history.first);
    agent_field(agent, " next=", agent->history.next);
    agent_field(agent, " lost=", agent->history.lost);
    boot_field(agent);
}

static void hist_dump(struct agent *agent, uint32_t from)
{
    agent->dump_at = from;
    agent->dump_end = agent->history.next;
    agent->dump_crc = LINE_CRC_START;
    agent->is_dumping = 1;
    agent_accept(agent);
    agent_field(agent, " from=", from);
    agent_field(agent, " to=", agent->dump_end);
    boot_field(agent);
}

static void hist_clear(struct agent *agent, uint32_t upto)
{
    if (!history_free(&agent->history, upto)) {
        agent_refuse(agent, " E_PLACE no record begins there");
        return;
    }
    if (!history_holds(&agent->history, agent->dump_at))
        agent->is_dumping = 0;
    hist_info(agent);
}

static void hist(struct agent *agent)
{
    const char *const *words = agent->in.words;
    uint32_t place;
    if (agent->in.count == 2 && line_is(words[1], "info")) {
        hist_info(agent);
    } else if (agent->in.count == 2 && line_is(words[1], "stop")) {
        agent->is_dumping = 0;
        hist_info(agent);
    } else if (agent->in.count != 3 || !line_read_number(words[2], NUMBER_MAX, &place)) {
        agent_refuse(agent, BAD_WORDS);
    } else if (!history_holds(&agent->history, place)) {
        agent_refuse(agent, " E_PLACE first=");
        line_number(&agent->out, agent->history.first);
        agent_field(agent, " next=", agent->history.next);
    } else if (line_is(words[1], "dump")) {
        hist_dump(agent, place);
    } else if (line_is(words[1], "clear")) {
        hist_clear(agent, place);
    } else {
        agent_refuse(agent, BAD_WORDS);
    }
}

static void say_setting(struct agent *agent, uint8_t setting)
{
    agent_accept(agent);
    word(agent, " name=", SETTINGS[setting]);
    agent_field(agent, " value=", agent->settings.values[setting]);
    boot_field(agent);
}

/* A setting holds from the next start on; it is answered as it is kept. */
static void conf(struct agent *agent)
{
    struct agent_settings settings = agent->settings;
    uint8_t count = agent->in.count, setting;
    setting = count < 2 ? AGENT_SETTINGS : named(agent->in.words[1], SETTINGS, AGENT_SETTINGS);
    if (count < 2 || count > 3) {
        agent_refuse(agent, BAD_WORDS);
    } else if (setting == AGENT_SETTINGS) {
        agent_refuse(agent, " E_CONF no such setting");
    } else if (count == 2) {
        say_setting(agent, setting);
    } else if (!line_read_number(agent->in.words[2], NUMBER_MAX, &settings.values[setting])) {
        agent_refuse(agent, BAD_WORDS);
    } else if (!agent_port_save(&settings)) {
        agent_refuse(agent, " E_STORE it can't be kept");
    } else {
        agent->settings = settings;
        say_setting(agent, setting);
    }
}

static void nvm(struct agent *agent)
{
    uint8_t is_erase = agent->in.count == 2 && line_is(agent->in.words[1], "erase");
    if (agent->in.count != 2 || (!is_erase && !line_is(agent->in.words[1], "info"))) {
        agent_refuse(agent, BAD_WORDS);
        return;
    }
    if (is_erase) {
        /* What the node would store from here on would be found by its next life. */
        agent->is_running = 0;
        agent_port_erase();
    }
    agent_accept(agent);
    agent_field(agent, " life=", is_erase ? 0 : agent->life);
    boot_field(agent);
}

void agent_act(struct agent *agent)
{
    const char *verb = agent->in.words[0];
    if (line_is(verb, "hello")) {
        hello(agent);
    } else if (line_is(verb, "caps")) {
        agent_accept(agent);
        line_text(&agent->out, " reset,echo,time,can,fault,filter,hist,conf,nvm");
        line_text(&agent->out, app_caps());
    } else if (line_is(verb, "echo")) {
        echo(agent);
    } else if (line_is(verb, "time")) {
        tell_time(agent);
    } else if (line_is(verb, "can")) {
        can(agent);
    } else if (line_is(verb, "fault")) {
        fault(agent);
    } else if (line_is(verb, "filter")) {
        filter(agent);
    } else if (line_is(verb, "hist")) {
        hist(agent);
    } else if (line_is(verb, "conf")) {
        conf(agent);
    } else if (line_is(verb, "nvm")) {
        nvm(agent);
    } else if (line_is(verb, "reset")) {
        agent->is_restarting = 1;
        agent_accept(agent);
        boot_field(agent);
    } else if (!app_command(agent)) {
        agent_refuse(agent, " E_VERB unknown command");
    }
}
