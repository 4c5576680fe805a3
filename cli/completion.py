"""``./bot completion bash|zsh|fish``: a script by which a shell completes commands, options and their values.

It is made from the command line itself and holds all of it: TAB starts no Python, which takes a second on a Pi, makes
no environment, and asks for nobody's password where the bot is a service.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import typer

from domain.errors import ConfigError

NAMES: Final = ("bot", "stopward")  # As ./bot, by its path, and by the name that the service gives it.
_CHOICES: Final = re.compile(r"[a-z0-9]+(\|[a-z0-9]+)+")
_PLACES: Final = re.compile(r"\b(FILE|DIR)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One spelling. ``choices`` are all its values; ``is_place``: they are files; ``is_free``: anything."""

    name: str
    about: str
    choices: tuple[str, ...] = ()
    is_place: bool = False
    is_free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: the words that lead to it, its options, what may come after it: commands, or a fixed word."""

    path: str
    options: tuple[Option, ...]
    after: tuple[tuple[str, str], ...]  # Each with what it is for.
    takes_files: bool  # It passes everything on to another program.


def run_completion(shell: str, app: typer.Typer) -> int:
    """Print the script for this shell; return the exit code. Raises ConfigError for one that is not known."""
    script = SCRIPTS.get(shell)
    if script is None:
        raise ConfigError(f"{shell} is none of the shells that can be completed: {', '.join(SCRIPTS)}")
    print("\n".join(script(tuple(commands_of(typer.main.get_command(app))))))
    return 0


def commands_of(command: Any, path: str = "") -> Iterator[Command]:
    """Yield a command and all below it. Its kind is the library's own, which has no public name."""
    inner = getattr(command, "commands", {})
    options, after = [], [(name, _first_line(below)) for name, below in inner.items()]
    for parameter in command.params:
        if parameter.opts[0].startswith("-"):
            options += [_option(parameter, name) for name in (*parameter.opts, *parameter.secondary_opts)]
        else:
            after += [(word, "") for word in _choices(parameter)]
    helps = Option(name="--help", about="Say what it does and takes.")
    passes_on = bool(command.context_settings.get("allow_extra_args"))
    yield Command(path=path, options=(*options, helps), after=tuple(after), takes_files=passes_on)
    for name, below in inner.items():
        yield from commands_of(below, f"{path} {name}".strip())


def _option(parameter: Any, name: str) -> Option:
    is_flag = bool(getattr(parameter, "is_flag", False))
    choices = () if is_flag else _choices(parameter)
    is_place = bool(_PLACES.search(parameter.metavar or ""))
    about = f"{'Not: ' if name in parameter.secondary_opts else ''}{parameter.help or ''}"
    return Option(
        name=name,
        about=about,
        choices=choices,
        is_place=is_place,
        is_free=not (is_flag or choices or is_place),
    )


def _choices(parameter: Any) -> tuple[str, ...]:
    words = parameter.metavar or ""
    return tuple(words.split("|")) if _CHOICES.fullmatch(words) else ()


def _first_line(command: Any) -> str:
    return (command.help or "").strip().partition("\n")[0]


def _in_quotes(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _where(commands: tuple[Command, ...]) -> Iterator[str]:
    """Yield the cases that lead from a command to one below it: `config/show` is the word show after config."""
    yield '        case "$command/$word" in'
    for command in commands:
        if command.path:
            above, _, word = command.path.rpartition(" ")
            yield f"            '{above}/{word}') command='{command.path}' ;;"
    yield "        esac"


def _values(commands: tuple[Command, ...], *, choices: str, files: str) -> Iterator[str]:
    """Yield a case for each option that takes a value; `choices` and `files` say how a shell offers words and files."""
    for command in commands:
        for option in command.options:
            case = f"        '{command.path}:{option.name}')"
            if option.choices:
                yield f"{case} {choices.format(' '.join(option.choices))}; return ;;"
            elif option.is_place:
                yield f"{case} {files}; return ;;"
            elif option.is_free:
                yield f"{case} return ;;"


def bash(commands: tuple[Command, ...]) -> Iterator[str]:
    """Yield the script for bash, 4 or newer."""
    offered = 'mapfile -t COMPREPLY < <(compgen -W "{}" -- "$now")'
    files = 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$now")'
    yield "_stopward() {"
    yield "    local now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}"
    yield "    local command='' word after='' options=''"
    yield '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield from _where(commands)
    yield "    done"
    yield "    COMPREPLY=()"
    yield '    case "$command:$before" in'
    yield from _values(commands, choices=offered, files=files)
    yield "    esac"
    yield '    case "$command" in'
    for command in commands:
        after = " ".join(word for word, _ in command.after)
        options = " ".join(option.name for option in command.options)
        more = f"[[ $now == -* ]] || {{ {files}; return; }} ;;" if command.takes_files else ";;"
        yield f"        '{command.path}') after='{after}' options='{options}'; {more}".replace("; ;;", " ;;")
    yield "    esac"
    yield "    [[ $now == -* || -z $after ]] && after=$options"
    yield f"    {offered.format('$after')}"
    yield "}"
    yield f"complete -F _stopward {' '.join(NAMES)}"


def zsh(commands: tuple[Command, ...]) -> Iterator[str]:
    """Yield the script for zsh."""
    yield "_stopward() {"
    yield "    local command='' before=${words[CURRENT-1]} word"
    yield "    local -a after options"
    yield "    for word in ${words[2,CURRENT-1]}; do"
    yield from _where(commands)
    yield "    done"
    yield '    case "$command:$before" in'
    yield from _values(commands, choices="compadd -- {}", files="_files")
    yield "    esac"
    yield '    case "$command" in'
    for command in commands:
        after = " ".join(_described(word, about) for word, about in command.after)
        options = " ".join(_described(option.name, option.about) for option in command.options)
        more = "[[ $PREFIX == -* ]] || _files " if command.takes_files else ""
        yield f"        '{command.path}') after=({after}); options=({options}); {more};;".replace("; ;;", " ;;")
    yield "    esac"
    yield "    if [[ $PREFIX == -* || $#after -eq 0 ]]; then"
    yield "        _describe -o -t options option options"
    yield "    else"
    yield "        _describe -t commands command after"
    yield "    fi"
    yield "}"
    yield "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }"
    yield f"compdef _stopward {' '.join(NAMES)}"


def _described(word: str, about: str) -> str:
    escaped = about.replace(":", "\\:")
    return _in_quotes(f"{word}:{escaped}" if about else word)


def fish(commands: tuple[Command, ...]) -> Iterator[str]:
    """Yield the script for fish."""
    groups = {command.path.rpartition(" ")[0] for command in commands} - {""}
    for name in NAMES:
        yield f"complete -c {name} -f"
        for command in commands:
            at = _at(command, groups)
            words = " ".join(word for word, _ in command.after)
            below = f"; and not __fish_seen_subcommand_from {words}" if command.path else ""
            for word, about in command.after:
                yield f"complete -c {name} -n '{at}{below}' -a {word} -d {_in_fish(about)}"
            for option in command.options:
                about = _in_fish(option.about)
                yield f"complete -c {name} -n '{at}' -l {option.name[2:]}{_fish_value(option)} -d {about}"
            if command.takes_files:
                yield f"complete -c {name} -n '{at}' -F"


def _at(command: Command, groups: set[str]) -> str:
    """Return fish's condition for this command: `check` is one thing alone and another one after `config`."""
    if not command.path:
        return "__fish_use_subcommand"
    inside = command.path.split(" ")
    seen = [f"__fish_seen_subcommand_from {word}" for word in inside]
    unseen = [f"not __fish_seen_subcommand_from {group}" for group in sorted(groups) if group not in inside]
    return "; and ".join([*seen, *unseen])


def _fish_value(option: Option) -> str:
    if option.choices:
        return f" -xa {_in_fish(' '.join(option.choices))}"
    return " -rF" if option.is_place else " -x" if option.is_free else ""


def _in_fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SCRIPTS: Final[Mapping[str, Callable[[tuple[Command, ...]], Iterator[str]]]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
}
