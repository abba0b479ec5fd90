package dev.kindling.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.T5Config;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged and hostile files of every kind of model: each is read as what it is, or refused with the
 * typed exception, and none costs more memory than a sound file of its size.
 */
class HostileModelFilesTest {
  private static final int NUM_MUTATIONS = 2_400;

  /** A sound file costs about 20 times its size, most of it for the objects of the header. */
  private static final long ALLOWED_BYTES_PER_BYTE = 64;

  private static final long ALLOWED_BYTES = 1 << 20;

  @ParameterizedTest
  @MethodSource("dev.kindling.model.io.ModelFiles#everyKind")
  void aMutatedWeightsFileIsEitherReadOrRefused(ModelShape model) {
    FileMutations mutations = new FileMutations(20_240_501);
    byte[] vector = ModelFiles.randomVector(model);
    byte[] file = ModelFiles.file(model, vector, vector.length);
    int dataStart = file.length - zeroBytes(model) - vector.length;
    int numRefused = 0;
    for (int i = 0; i < NUM_MUTATIONS; i++) {
      boolean onlyParameters = i % 8 == 0;
      byte[] mutated =
          switch (i % 8) {
            case 0 -> mutations.changeByte(file, dataStart, dataStart + vector.length);
            case 1, 2, 3 -> mutations.changeBytes(file, dataStart);
            default -> mutations.changeHeader(file, dataStart);
          };
      long before = allocatedBytes();
      try {
        byte[] read = ModelFiles.read(mutated, model);
        if (onlyParameters) {
          assertThat(read)
              .isEqualTo(Arrays.copyOfRange(mutated, dataStart, dataStart + vector.length));
        }
      } catch (WeightsFormatException e) {
        assertThat(e).hasMessageContaining("expected:").hasMessageContaining("to do:");
        assertThat(onlyParameters).isFalse();
        numRefused++;
      }
      assertThat(allocatedBytes() - before)
          .as("bytes allocated for %d of file", mutated.length)
          .isLessThan(ALLOWED_BYTES + ALLOWED_BYTES_PER_BYTE * mutated.length);
    }
    assertThat(numRefused).isBetween(NUM_MUTATIONS / 2, NUM_MUTATIONS * 7 / 8 - 1);
  }

  @ParameterizedTest
  @MethodSource("dev.kindling.model.io.ModelFiles#everyKind")
  void aMutatedConfigurationIsEitherReadOrRefused(ModelShape model) {
    FileMutations mutations = new FileMutations(7);
    SpecialTokenIds ids = SpecialTokenIds.ofText(OptionalInt.of(1), OptionalInt.of(2));
    byte[] config = new ModelConfigFile(model, ids).toJson();
    byte[] weights = ModelFiles.file(model, ModelFiles.randomVector(model), 4096);
    int numRead = 0;
    int numRefused = 0;
    for (int i = 0; i < NUM_MUTATIONS; i++) {
      byte[] mutated =
          i % 3 == 0
              ? mutations.changeBytes(config, config.length)
              : mutations
                  .changeJson(new String(config, StandardCharsets.UTF_8))
                  .getBytes(StandardCharsets.UTF_8);
      long before = allocatedBytes();
      try {
        ModelShape read = ModelConfigFile.parse("config.json", mutated).model();
        numRead++;
        ModelFiles.open(weights, read);
      } catch (WeightsFormatException e) {
        assertThat(e).hasMessageContaining("expected:").hasMessageContaining("to do:");
        assertThat(e.getMessage().length()).isLessThan(20_000);
        numRefused++;
      }
      assertThat(allocatedBytes() - before)
          .isLessThan(ALLOWED_BYTES + ALLOWED_BYTES_PER_BYTE * (mutated.length + weights.length));
    }
    assertThat(numRead).isGreaterThan(100);
    assertThat(numRefused).isBetween(NUM_MUTATIONS / 4, NUM_MUTATIONS - 100);
  }

  @Test
  void aConfigurationOfMoreLayersThanTheFileHasTensorsIsRefusedBeforeTheyAreListed() {
    BertConfig bert = new BertConfig(17, 7, 1, 3, 9, 11, 0);
    byte[] file = ModelFiles.file(bert, ModelFiles.randomVector(bert), 4096);
    long before = allocatedBytes();

    assertThatThrownBy(
            () -> ModelFiles.open(file, new BertConfig(17, 7, Integer.MAX_VALUE, 3, 9, 11, 0)))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("has 30 tensors, which cannot be those of a model of 2147483647");
    assertThatThrownBy(
            () ->
                ModelFiles.open(
                    file, new T5Config(17, 7, 1, Integer.MAX_VALUE, 3, 9, 5, 11, 0, true)))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("a model of 2147483648 layers");
    assertThat(allocatedBytes() - before).isLessThan(ALLOWED_BYTES);
  }

  @Test
  void sizesThatOverflowAreRefused() {
    BertConfig bert = new BertConfig(17, 7, 1, 3, 9, 11, 0);
    byte[] file = ModelFiles.file(bert, ModelFiles.randomVector(bert), 4096);
    int most = Integer.MAX_VALUE;

    assertThatThrownBy(() -> ModelFiles.open(file, new BertConfig(most, most, 1, 1, most, 1, 0)))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("64 bits");
    assertThatThrownBy(() -> ModelFiles.open(file, new BertConfig(most, 1, 1, 1, most, 1, 0)))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("64 bits");
  }

  @Test
  void anInflatedHeaderLengthAllocatesNothing() {
    byte[] file =
        ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(99_999_999).array();
    long before = allocatedBytes();

    assertThatThrownBy(() -> ModelFiles.header(file)).isInstanceOf(WeightsFormatException.class);
    assertThat(allocatedBytes() - before).isLessThan(ALLOWED_BYTES);
  }

  private static int zeroBytes(ModelShape model) {
    return Math.toIntExact(Safetensors.dataBytes(FileForm.of(model).zeros()));
  }

  /** By this thread, since it started. */
  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
