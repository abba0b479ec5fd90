package dev.kindling.model.backend;

/** The contract of the kernels. */
public interface Backend extends AutoCloseable {
  /** The name by which configuration selects it. */
  String name();

  @Override
  void close();
}
