package dev.kindling.spark.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Kindling.class.getPackage().getImplementationVersion();
    return new String[] {"Kindling " + (version == null ? "(run from its classes)" : version)};
  }
}
