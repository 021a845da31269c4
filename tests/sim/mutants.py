"""The mutation check: plants one fault after the other in src/account and wants the simulator to find each of them.

mutants.py BUILD_FOLDER: prints TAP. Each mutant is one file compiled anew, in a temporary folder, and linked in front of
the others. A fault counts as found when the rule that it is meant to break is the one that the simulator names. A text
that does not stand in its file exactly once fails too: then the fault must be planted anew.
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HISTORIES = 9000  # at most; most faults are found within the first hundred

# What goes wrong; the rule that is broken; the file; its text, and what stands there instead.
FAULTS = [
    ('a session on another identity than the chosen one is served',
     'a cookie is handed out only on the chosen identity',
     'session.c', 'if (guid_equal (&identity->id, &session->chosen))', 'if (TRUE)'),
    ('a switch whose answer is lost is taken for one that was not made',
     'a cookie is handed out only on the chosen identity',
     'commands.c', '  session_doubt (session);\n  session->put_back = TRUE;\n  return', '  return'),
    ("somebody else's switch is undone",
     "somebody else's switch is not undone",
     'session.c', '  else if (!session->put_back)', '  else if ((session->put_back = TRUE) == FALSE)'),
    ('who reads gets a cookie that is twice as old',
     'a cookie is handed out only when it was confirmed lately',
     'waiters.c', 'now.boot_us - check_ttl_us (holder)', 'now.boot_us - 2 * check_ttl_us (holder)'),
    ('who asks for the truth of this moment gets that of a moment ago',
     'a cookie is handed out only when it was confirmed lately',
     'waiters.c', 'event->ask_now ? now.boot_us :', 'FALSE ? now.boot_us :'),
    ('grace has no end',
     'a cookie is handed out only when it was confirmed lately',
     'wants.c', 'confirmed_us >= now.boot_us - account->config.offline_grace_us', 'confirmed_us >= 0'),
    ('each waiter makes a call of his own',
     'one call at a time',
     'waiters.c', 'verdict.kind == VERDICT_NEEDS && holder->call.number == 0', 'verdict.kind == VERDICT_NEEDS'),
    ('a Login does not take the lock',
     'no Login without the lock',
     'calls.c', '!account->config.stored || account->lock == LOCK_HELD', 'TRUE'),
    ('a credential that was rejected stays at hand',
     'a rejected credential is not tried again',
     'credentials.c', '  credential_forget (account);\n  account->rejected = g_error_copy (error);', ''),
    ('a failed Login is tried again at once',
     'no Login within the back-off',
     'limits.c', 'limits->login_us = now.boot_us + next_delay (limits, config);',
     'next_delay (limits, config);'),
    ('all limits are forgotten by a restart',
     'no more calls than the budget',
     'storing.c', '  limits_merge (&account->limits, account->stored, record, now);\n  limits_bound', '  limits_bound'),
    ('a Login that a crash cut short is tried again at once',
     'no Login within the back-off',
     'account.c', 'limits_attempt_failed (&account->limits, account->their_attempt_us);', ''),
    ('throttling is not kept to',
     'no call while throttled',
     'limits.c', 'limits->throttle_us = now.boot_us + MAX (asked_to_wait_us (answer), delay_us);',
     'limits->throttle_us = now.boot_us + (delay_us & 1);'),
    ('a quarantine ends at once',
     'no call in a quarantine',
     'limits.c', 'limits->quarantine_us = now.boot_us + (limits->quarantine_wall_us - now.wall_us);',
     'limits->quarantine_us = now.boot_us;'),
    ('a quarantine is forgotten by a restart',
     'no call in a quarantine',
     'limits.c', '  record->quarantine_us = limits->quarantine_us;', ''),
    ('a quarantine ends by the calendar, which can be set',
     'when the service heals, readers get a right cookie',
     'limits.c', 'if (now.boot_us >= limits->quarantine_us)', 'if (now.wall_us >= limits->quarantine_wall_us)'),
    ('what the service still allows is used up and more',
     'no call when the service allows none',
     'limits.c', 'return limits->allowed != 0 || now.boot_us >= limits->allowed_until_us;', 'return TRUE;'),
    ('no call is counted for the budget',
     'no more calls than the budget',
     'budget.c', '  budget->spent[0]++;', ''),
    ('the budget is forgotten by a restart',
     'no more calls than the budget',
     'budget.c', '      budget->unsaved = budget->unsaved || ours > spent[age];\n'
     '      budget->spent[age] = MAX (budget->spent[age], spent[age]);', ''),
    ('a Login goes out before it is noted',
     'a Login is stored before it is made',
     'storing.c', 'return effects_have (own, EFFECT_CALL)\n', 'return FALSE\n'),
    ('a writer is told before it is stored',
     'a write that succeeded is stored',
     'storing.c', 'if (effects_have (own, EFFECT_ANSWER) || effects_have (own, EFFECT_UNLOCK))',
     'if (effects_have (own, EFFECT_UNLOCK))'),
    ('a writer is answered twice',
     'whoever waits is answered once',
     'account.c', '  effects_answer (effects, command->id, error);\n',
     '  effects_answer (effects, command->id, error);\n  effects_answer (effects, command->id, error);\n'),
    ('a reader who is interrupted goes on waiting',
     'an interrupt is answered at once',
     'account.c', 'if (waiters_dismiss (&account->main, event->waiter, error, effects)',
     'if (TRUE || waiters_dismiss (&account->main, event->waiter, error, effects)'),
    ('a call that failed leaves its readers behind',
     'everybody is answered',
     'waiters.c', '      if (verdict.kind == VERDICT_READY || verdict.kind == VERDICT_FAIL)',
     '      if (verdict.kind == VERDICT_READY)'),
    ('the keep-alive renews a session that nobody uses',
     'nothing is called that nobody needs',
     'wants.c', 'return holder->session->id == NULL ? verdict_ready () : judge_identity (holder, waiter, now);',
     'return judge_identity (holder, waiter, now);'),
    ('no session is kept alive',
     'a session in use is kept alive',
     'keeper.c', 'if (period_us == 0 ||', 'if (TRUE || period_us == 0 ||'),
    ('a back-off has no end',
     'when the service heals, readers get a right cookie',
     'limits.c', 'delay = MIN (delay, config->backoff_max_us);', 'delay = (gint64)1 << 60;'),
    ('the log tells the password',
     'no secret is said',
     'commands.c', '"logged in as %s", credential_owner (command->credential)',
     '"logged in as %s", command->credential->password == NULL ? "" : secret_text (command->credential->password)'),
    ('the session that another mount has made is not taken over',
     'nothing grows without bound',
     'storing.c', '    account_use_session (account, session, effects);\n  if (record->owner', '    session_free (session);\n  if (record->owner'),
    ('the lock is given back while the Login is on its way',
     'a Login that ended is not held against anybody',
     'calls.c', 'account->lock != LOCK_HELD || is_lock_needed (account, now)', 'account->lock != LOCK_HELD'),
    ("a mount takes its own Login for another's",
     'a Login that ended is not held against anybody',
     'storing.c', 'return record->attempt_by == account->config.seed ||', 'return'),
]


class Builder:
    """Compiles and links as the build in @folder does."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        commands = json.loads((self.folder / 'compile_commands.json').read_text())
        self.compilers = {}
        for entry in commands:
            path = (self.folder / entry['file']).resolve()
            if path.parent == SOURCE / 'src/account':
                self.compilers[path.name] = self.arguments(entry['command'])
        output = subprocess.run(['ninja', '-C', folder, '-t', 'commands', 'tests/sim/so24-sim'], check=True,
                                capture_output=True, text=True).stdout
        self.linker = self.arguments(output.strip().splitlines()[-1])

    @staticmethod
    def arguments(command):
        """Without the files that the command writes and those it compiles."""
        words = iter(shlex.split(command))
        kept = []
        for word in words:
            if word in ('-o', '-MF', '-MQ', '-c'):
                next(words)
            elif word != '-MD':
                kept.append(word)
        return kept

    def build(self, source, program):
        mutant = source.with_suffix('.o')
        subprocess.run([*self.compilers[source.name], '-Wno-error', '-w', '-c', source, '-o', mutant],
                       cwd=self.folder, check=True)
        first = next(i for i, word in enumerate(self.linker) if word.endswith('.o'))
        subprocess.run([*self.linker[:first], mutant, *self.linker[first:], '-o', program], cwd=self.folder, check=True)


def plant(fault, folder):
    """The mutated source, or None if the text to be replaced is not there once."""
    _, _, name, before, after = fault
    text = (SOURCE / 'src/account' / name).read_text()
    if text.count(before) != 1:
        return None
    source = folder / name
    source.write_text(text.replace(before, after))
    return source


def find(builder, fault, folder):
    """What is wrong with @fault, or None: the simulator finds it."""
    source = plant(fault, folder)
    if source is None:
        return f'the text to be replaced does not stand once in {fault[2]}'
    builder.build(source, folder / 'sim')
    run = subprocess.run([folder / 'sim', '--jobs', '1', '--histories', str(HISTORIES)], capture_output=True, text=True)
    found = set(re.findall(r'^broken: ([^:]+)', run.stdout, flags=re.M))
    if fault[1] in found:
        return None
    return f'the simulator says: {", ".join(sorted(found)) or "all rules held"}'


def main(folder):
    builder = Builder(folder)
    failed = 0
    print(f'1..{len(FAULTS)}')
    for number, fault in enumerate(FAULTS, 1):
        with tempfile.TemporaryDirectory() as temporary:
            wrong = find(builder, fault, pathlib.Path(temporary))
        failed += wrong is not None
        print(f'{"not ok" if wrong else "ok"} {number} - {fault[0]}', flush=True)
        if wrong:
            print(f'# {wrong}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
