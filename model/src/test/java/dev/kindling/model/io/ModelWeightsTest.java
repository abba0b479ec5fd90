package dev.kindling.model.io;

import static dev.kindling.model.io.ModelFiles.file;
import static dev.kindling.model.io.ModelFiles.header;
import static dev.kindling.model.io.ModelFiles.open;
import static dev.kindling.model.io.ModelFiles.randomVector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.ParameterStore.Slice;
import dev.kindling.model.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelWeightsTest {
  private static final GptConfig WITH_BIAS = new GptConfig(17, 7, 2, 3, 9, true);
  private static final GptConfig WITHOUT_BIAS = new GptConfig(17, 7, 2, 3, 9, false);

  @ParameterizedTest
  @MethodSource("dev.kindling.model.io.ModelFiles#everyKind")
  void aModelIsReadBackInPartsOfAnySize(ModelShape config) throws IOException {
    byte[] vector = randomVector(config);
    byte[] file = file(config, vector, 1021);
    ModelWeightsReader reader = open(file, config);

    for (int partLength : new int[] {1, 13, 101, vector.length / 4}) {
      byte[] read = new byte[vector.length];
      for (int offset = 0; offset < read.length / 4; offset += partLength) {
        int length = Math.min(partLength, read.length / 4 - offset);
        reader.readBytes(offset, length, read, 4 * offset);
      }
      assertThat(read).isEqualTo(vector);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kindling.model.io.ModelFiles#everyKind")
  void aModelInMemoryIsReadBack(ModelShape config) throws IOException {
    byte[] vector = randomVector(config);
    int length = vector.length / 4;
    try (ParameterStore saved = ParameterStore.allocate(config.layout(), DType.F32);
        ParameterStore loaded = ParameterStore.allocate(config.layout(), DType.F32)) {
      saved.writeBytes(0, length, vector, 0);
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      ModelWeights.write(file, config, saved);

      open(file.toByteArray(), config).readInto(loaded);

      byte[] read = new byte[vector.length];
      loaded.readBytes(0, length, read, 0);
      assertThat(read).isEqualTo(vector);
    }
  }

  @Test
  void parametersOfAnotherModelAreNeitherWrittenNorRead() throws IOException {
    ModelWeightsReader reader = open(file(WITH_BIAS, randomVector(WITH_BIAS), 4096), WITH_BIAS);
    try (ParameterStore parameters = ParameterStore.allocate(WITHOUT_BIAS.layout(), DType.F32)) {
      assertThatThrownBy(
              () -> ModelWeights.write(new ByteArrayOutputStream(), WITH_BIAS, parameters))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not the layout of the model");
      assertThatThrownBy(() -> reader.readInto(parameters))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not the layout of the model");
    }
  }

  @Test
  void theDataAreTheFlatVectorAsItIs() throws IOException {
    byte[] vector = randomVector(WITH_BIAS);
    byte[] file = file(WITH_BIAS, vector, vector.length);

    assertThat(Arrays.copyOfRange(file, Math.toIntExact(header(file).dataStart()), file.length))
        .isEqualTo(vector);
    assertThat(header(file).metadata()).containsExactly(Map.entry("format", "pt"));
  }

  @Test
  void aModelWithoutBiasesHasTheSameTensorsOnDiskAsOneWithThem() throws IOException {
    SafetensorsHeader with = header(file(WITH_BIAS, randomVector(WITH_BIAS), 999));
    SafetensorsHeader without = header(file(WITHOUT_BIAS, randomVector(WITHOUT_BIAS), 999));

    assertThat(without.tensors())
        .extracting(tensor -> tensor.name() + " " + tensor.shape())
        .containsExactlyInAnyOrderElementsOf(
            with.tensors().stream().map(tensor -> tensor.name() + " " + tensor.shape()).toList());
  }

  @Test
  void bareNamesAnotherOrderAndAttentionMasksAreRead() throws IOException {
    List<Slice> shuffled = new ArrayList<>(WITH_BIAS.layout());
    Collections.shuffle(shuffled, new Random(3));
    byte[] vector = randomVector(WITH_BIAS);
    List<TensorSpec> tensors = new ArrayList<>();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Slice slice : shuffled) {
      String bareName = slice.name().substring("transformer.".length());
      tensors.add(new TensorSpec(bareName, SafetensorsDType.F32, slice.shape()));
      data.write(vector, (int) slice.offset() * 4, (int) slice.numElements() * 4);
    }
    tensors.add(new TensorSpec("h.1.attn.bias", SafetensorsDType.F32, List.of(1L, 1L, 7L, 7L)));
    tensors.add(new TensorSpec("h.1.attn.masked_bias", SafetensorsDType.F32, List.of()));
    data.write(new byte[50 * 4]);

    ModelWeightsReader reader = open(file(tensors, data.toByteArray()), WITH_BIAS);

    byte[] read = new byte[vector.length];
    reader.readBytes(0, vector.length / 4, read, 0);
    assertThat(read).isEqualTo(vector);
  }

  @Test
  void oneErrorNamesEveryTensorThatDoesNotFit() {
    byte[] file =
        changed(
            name ->
                switch (name) {
                  case "transformer.wpe.weight" -> "transformer.positions";
                  case "transformer.h.1.ln_2.bias" -> "transformer.h.2.ln_2.bias";
                  default -> name;
                },
            List.of(17L, 9L),
            List.of(9L, 17L));

    assertThatThrownBy(() -> open(file, WITH_BIAS))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining(
            "2 missing (transformer.wpe.weight, transformer.h.1.ln_2.bias); "
                + "1 of another shape or type "
                + "(transformer.wte.weight is F32 [9, 17], not F32 [17, 9]); "
                + "2 unexpected (transformer.h.2.ln_2.bias, transformer.positions)");
  }

  @Test
  void aTensorUnderBothItsNamesIsUnexpected() {
    byte[] file =
        changed(
            name -> name.equals("transformer.h.0.ln_1.bias") ? "h.0.ln_1.weight" : name,
            List.of(),
            List.of());

    assertThatThrownBy(() -> open(file, WITH_BIAS))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining(
            "1 unexpected (h.0.ln_1.weight (a second transformer.h.0.ln_1.weight");
  }

  @Test
  void biasesThatAreNotZeroDoNotFitAModelWithoutBiases() throws IOException {
    byte[] file = file(WITHOUT_BIAS, randomVector(WITHOUT_BIAS), 4);
    StoredTensor bias = header(file).find("transformer.h.1.mlp.c_fc.bias").orElseThrow();
    file[Math.toIntExact(bias.position()) + 5 * 4 + 3] = (byte) 0x80;
    open(file, WITHOUT_BIAS);

    file[Math.toIntExact(bias.position()) + 5 * 4 + 3] = (byte) 0x3F;
    assertThatThrownBy(() -> open(file, WITHOUT_BIAS))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("'transformer.h.1.mlp.c_fc.bias' is not zero");
  }

  @Test
  void aWriterThatIsClosedEarlyFails() throws IOException {
    OutputStream out = ModelWeights.newOutputStream(new ByteArrayOutputStream(), WITHOUT_BIAS);
    out.write(new byte[100]);

    assertThatThrownBy(out::close)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("100 bytes");
  }

  @Test
  void aByteBehindTheFlatVectorIsRefused() throws IOException {
    try (OutputStream out =
        ModelWeights.newOutputStream(new ByteArrayOutputStream(), WITHOUT_BIAS)) {
      out.write(randomVector(WITHOUT_BIAS));
      assertThatThrownBy(() -> out.write(0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("only 0 bytes of the flat vector are left");
    }
  }

  @Test
  void elementsOutsideTheVectorAreRefused() throws IOException {
    ModelWeightsReader reader = open(file(WITH_BIAS, randomVector(WITH_BIAS), 4096), WITH_BIAS);
    byte[] destination = new byte[8];

    assertThatThrownBy(() -> reader.readBytes(reader.numParameters() - 1, 2, destination, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> reader.readBytes(-1, 1, destination, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** A file of the model with biases, with other names, and one shape in place of another. */
  private static byte[] changed(UnaryOperator<String> rename, List<Long> shape, List<Long> other) {
    List<TensorSpec> tensors = new ArrayList<>();
    for (Slice slice : WITH_BIAS.layout()) {
      tensors.add(
          new TensorSpec(
              rename.apply(slice.name()),
              SafetensorsDType.F32,
              slice.shape().equals(shape) ? other : slice.shape()));
    }
    return file(tensors, randomVector(WITH_BIAS));
  }
}
