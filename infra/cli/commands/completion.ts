import { Argument, type Command } from "commander";
import { examples, type Shell } from "../shell.ts";

/** A place in the tree of commands, such as `conflicts list`, and the words that may follow. */
interface Place {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly says: string }[];
}

export function addCompletion(program: Command, shell: Shell): void {
  program
    .command("completion")
    .description("a script that lets a shell complete the words of this command")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      examples(
        "completion bash > ~/.local/share/bash-completion/completions/accord",
        "completion zsh > ~/.zsh/accord.zsh   (and source it from ~/.zshrc)",
        "completion fish > ~/.config/fish/completions/accord.fish",
      ),
    )
    .action((name: string) => {
      const places = placesOf(program, "");
      shell.terminal.out(name === "fish" ? fishScript(places) : bashScript(places, name));
    });
}

function placesOf(command: Command, path: string): Place[] {
  const below = command.commands.flatMap((one) => placesOf(one, `${path} ${one.name()}`.trim()));
  const options = path === "" ? command.options : [...command.options, ...rootOf(command).options];
  const words = [
    ...command.commands.map((one) => ({ word: one.name(), says: one.description() })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
      argChoices.map((word) => ({ word, says: description })),
    ),
    ...options.map(({ long, description }) => ({ word: long ?? "", says: description })),
    { word: "--help", says: "explains the command" },
  ];
  return [{ path, words }, ...below];
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

/** zsh reads bash's completions once it is told to. */
function bashScript(places: readonly Place[], shell: string): string {
  const cases = places.map(
    ({ path, words }) => `    "${path}") words="${words.map(({ word }) => word).join(" ")}" ;;`,
  );
  const paths = places.filter(({ path }) => path !== "").map(({ path }) => `"${path}"`);
  return `${shell === "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : ""}_accord() {
  local path="" next word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
      ${paths.join("|")}) path="$next" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _accord accord
`;
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words }) =>
    words.map(({ word, says }) => {
      const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`;
      const seen = path.split(" ").map((one) => `__fish_seen_subcommand_from ${one}`);
      const condition = path === "" ? "__fish_use_subcommand" : seen.join("; and ");
      return `complete -c accord -f -n '${condition}' ${what} -d '${says.replaceAll("'", "\\'")}'`;
    }),
  );
  return `${lines.join("\n")}\n`;
}
