package dev.kindling.model.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CUDA C++ source of the class path, with every header in the place of its first {@code
 * #include}, so that the compiler needs no files.
 *
 * @param name of the file without its ending, such as {@code norms}
 * @param text whole, with {@code #line} where files begin and go on
 */
record KernelSource(String name, String text) {
  private static final Pattern INCLUDE = Pattern.compile("#include \"([a-z0-9_]+\\.cuh)\".*");
  private static final Pattern ONCE = Pattern.compile("#pragma once.*");

  /**
   * Reads {@code name.cu} from beside this class.
   *
   * @throws IllegalArgumentException if it is not there, or a header that it includes
   */
  static KernelSource read(String name) {
    StringBuilder text = new StringBuilder();
    append(name + ".cu", text, new HashSet<>());
    return new KernelSource(name, text.toString());
  }

  private static void append(String file, StringBuilder text, Set<String> included) {
    List<String> lines = lines(file);
    text.append("#line 1 \"").append(file).append("\"\n");
    for (int i = 0; i < lines.size(); i++) {
      Matcher include = INCLUDE.matcher(lines.get(i));
      if (include.matches() && included.add(include.group(1))) {
        append(include.group(1), text, included);
        text.append("#line ").append(i + 2).append(" \"").append(file).append("\"\n");
      } else if (include.matches() || ONCE.matcher(lines.get(i)).matches()) {
        text.append('\n');
      } else {
        text.append(lines.get(i)).append('\n');
      }
    }
  }

  private static List<String> lines(String file) {
    try (InputStream stream = KernelSource.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalArgumentException(
            "There is no " + file + " beside the classes of the backend cuda");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
