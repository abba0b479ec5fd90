package dev.kindling.model.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Seeded damage to files: of their bytes, and of what their JSON says. */
final class FileMutations {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?(E-?\\d+)?");
  private static final Pattern SHAPE = Pattern.compile("(?<=\"shape\":)\\[[^\\]]*]");
  private static final Pattern OFFSETS = Pattern.compile("(?<=\"data_offsets\":)\\[[^\\]]*]");
  private static final Pattern DTYPE = Pattern.compile("(?<=\"dtype\":)\"[^\"]*\"");
  private static final Pattern NAME = Pattern.compile("\"[^\"]*\"(?= ?:)");
  private static final Pattern VALUE = Pattern.compile("(?<=: ?)(\"[^\"]*\"|[-\\w.]+)");
  private static final Pattern MEMBER =
      Pattern.compile("\"[^\"]*\" ?: ?(\\{[^{}]*}|\\[[^\\[\\]]*]|\"[^\"]*\"|[-\\w.]+),");
  private static final List<String> HOSTILE =
      List.of(
          "-1",
          "0",
          "1",
          "2",
          "1.5",
          "NaN",
          "-Infinity",
          "1e999",
          "-1e999",
          "1e-999",
          "2147483647",
          "2147483648",
          "4611686018427387904",
          "9223372036854775807",
          "-9223372036854775808",
          "99999999999999999999",
          "9".repeat(2000),
          "null",
          "true",
          "\"7\"",
          "\"\\u0000\\ud800\"",
          "[]",
          "{}",
          "[".repeat(900) + "]".repeat(900),
          "{\"a\":".repeat(5000) + "1" + "}".repeat(5000));
  private static final List<Long> HOSTILE_LENGTHS =
      List.of(-1L, Long.MIN_VALUE, Long.MAX_VALUE, 0L, 1L, 100_000_000L, 100_000_001L, 1L << 31);

  private final SplittableRandom random;

  FileMutations(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** One to three changes of bytes, of which most hit the first {@code headEnd}. */
  byte[] changeBytes(byte[] file, int headEnd) {
    byte[] mutated = file.clone();
    int numChanges = random.nextInt(1, 4);
    for (int i = 0; i < numChanges; i++) {
      int position = random.nextInt(random.nextInt(8) == 0 ? mutated.length : headEnd);
      position = Math.min(position, mutated.length - 1);
      switch (random.nextInt(5)) {
        case 0 -> mutated[position] ^= (byte) (1 << random.nextInt(8));
        case 1 -> mutated[position] = (byte) random.nextInt(256);
        case 2 -> mutated[position] = (byte) "{}[]\",:0123456789 ".charAt(random.nextInt(18));
        case 3 -> mutated = Arrays.copyOf(mutated, random.nextInt(1, mutated.length + 20));
        case 4 -> {
          int source = random.nextInt(mutated.length);
          int length =
              random.nextInt(Math.min(16, mutated.length - Math.max(source, position)) + 1);
          System.arraycopy(mutated, source, mutated, position, length);
        }
        default -> throw new AssertionError("five kinds of change");
      }
    }
    return mutated;
  }

  /** One change of a byte from {@code from} on, before {@code to}. */
  byte[] changeByte(byte[] file, int from, int to) {
    byte[] mutated = file.clone();
    mutated[random.nextInt(from, to)] ^= (byte) (1 << random.nextInt(8));
    return mutated;
  }

  /** A change of what the header of a safetensors file says, or of its length field. */
  byte[] changeHeader(byte[] file, int dataStart) {
    String header = new String(file, 8, dataStart - 8, StandardCharsets.UTF_8);
    String changed =
        switch (random.nextInt(7)) {
          case 0 -> swapTwo(header, SHAPE);
          case 1 -> swapTwo(header, OFFSETS);
          case 2 -> swapTwo(header, NAME);
          case 3 -> replaceOne(header, DTYPE, "\"" + pick(dtypes()) + "\"");
          case 4 -> header;
          default -> changeJson(header);
        };
    byte[] bytes = changed.getBytes(StandardCharsets.UTF_8);
    boolean lies = changed.equals(header) || random.nextInt(8) == 0;
    long announced = lies ? pick(HOSTILE_LENGTHS) : bytes.length;
    return ByteBuffer.allocate(8 + bytes.length + file.length - dataStart)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(announced)
        .put(bytes)
        .put(file, dataStart, file.length - dataStart)
        .array();
  }

  /** A value replaced by a hostile one, a key that is there twice, or one that is not there. */
  String changeJson(String json) {
    return switch (random.nextInt(5)) {
      case 0, 1 -> replaceOne(json, NUMBER, pick(HOSTILE));
      case 2 -> replaceOne(json, VALUE, pick(HOSTILE));
      case 3 -> {
        MatchResult member = pick(find(json, MEMBER));
        yield json.substring(0, member.end()) + member.group() + json.substring(member.end());
      }
      case 4 -> replaceOne(json, MEMBER, "");
      default -> throw new AssertionError("five kinds of change");
    };
  }

  private String replaceOne(String json, Pattern pattern, String replacement) {
    MatchResult match = pick(find(json, pattern));
    return json.substring(0, match.start()) + replacement + json.substring(match.end());
  }

  private String swapTwo(String json, Pattern pattern) {
    List<MatchResult> matches = find(json, pattern);
    int one = random.nextInt(matches.size() - 1);
    MatchResult first = matches.get(one);
    MatchResult second = matches.get(random.nextInt(one + 1, matches.size()));
    return json.substring(0, first.start())
        + second.group()
        + json.substring(first.end(), second.start())
        + first.group()
        + json.substring(second.end());
  }

  private static List<MatchResult> find(String json, Pattern pattern) {
    return pattern.matcher(json).results().toList();
  }

  private static List<String> dtypes() {
    List<String> names = new ArrayList<>(List.of("F31", "", "f32"));
    for (SafetensorsDType dtype : SafetensorsDType.values()) {
      names.add(dtype.name());
    }
    return names;
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
