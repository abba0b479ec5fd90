package dev.kindling.spark.cli;

import dev.kindling.spark.config.ConfigLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the commented defaults. */
@Command(
    name = "config",
    description = "Prints every setting with its meaning and its default, as YAML.",
    footer = {"Example:", "  kindling config > my.yaml"})
final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(ConfigLoader.defaultsYaml());
    return Kindling.OK;
  }
}
