package dev.kindling.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.nn.ParameterStore.Slice;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights as they are published: older names, tied tensors stored twice, 16 bits. */
class PublishedFilesTest {
  private static final GptConfig GPT2 = new GptConfig(17, 7, 1, 3, 9, true);
  private static final GptConfig TIED_LLAMA =
      new GptConfig(
          17,
          7,
          1,
          1,
          8,
          false,
          0,
          new GptOptions(
              GptOptions.Positions.ROTARY,
              GptOptions.Norm.RMS_NORM,
              GptOptions.FeedForwardKind.SWIGLU,
              0,
              0,
              true));
  private static final BertConfig BERT = new BertConfig(17, 7, 1, 3, 9, 11, 0.1);
  private static final T5Config T5 = new T5Config(17, 7, 1, 1, 3, 9, 5, 11, 0.1, false);
  private static final T5Config GATED_T5 = new T5Config(17, 7, 1, 1, 3, 9, 5, 11, 0.1, true);
  private static final BartConfig BART = new BartConfig(17, 7, 1, 1, 3, 9, 11, 0.1);

  static Stream<Arguments> copies() {
    return Stream.of(
        Arguments.of(GPT2, "lm_head.weight", "transformer.wte.weight"),
        Arguments.of(TIED_LLAMA, "lm_head.weight", "model.embed_tokens.weight"),
        Arguments.of(
            BERT, "cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"),
        Arguments.of(BERT, "cls.predictions.decoder.bias", "cls.predictions.bias"),
        Arguments.of(T5, "encoder.embed_tokens.weight", "shared.weight"),
        Arguments.of(T5, "lm_head.weight", "shared.weight"),
        Arguments.of(GATED_T5, "decoder.embed_tokens.weight", "shared.weight"),
        Arguments.of(BART, "model.encoder.embed_tokens.weight", "model.shared.weight"),
        Arguments.of(BART, "model.decoder.embed_tokens.weight", "model.shared.weight"),
        Arguments.of(BART, "lm_head.weight", "model.shared.weight"));
  }

  @ParameterizedTest
  @MethodSource("copies")
  void aTiedTensorMayBeStoredTwice(ModelShape model, String copy, String name) {
    byte[] vector = ModelFiles.randomVector(model);
    byte[] file =
        new StoredFile().addAll(model, vector).add(copy, data(model, vector, name)).bytes();

    assertThat(ModelFiles.read(file, model)).isEqualTo(vector);
  }

  @ParameterizedTest
  @MethodSource("copies")
  void aTiedTensorMayBeStoredUnderItsOtherNameAlone(ModelShape model, String copy, String name) {
    byte[] vector = ModelFiles.randomVector(model);
    byte[] file = new StoredFile().addAll(model, vector, n -> n.equals(name) ? copy : n).bytes();

    assertThat(ModelFiles.read(file, model)).isEqualTo(vector);
  }

  @ParameterizedTest
  @MethodSource("copies")
  void aCopyThatDiffersInOneBitIsRefused(ModelShape model, String copy, String name) {
    byte[] vector = ModelFiles.randomVector(model);
    Stored stored = data(model, vector, name);
    stored.data()[stored.data().length - 4] ^= 1;
    byte[] file = new StoredFile().addAll(model, vector).add(copy, stored).bytes();

    assertThatThrownBy(() -> ModelFiles.open(file, model))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("tensors '" + name + "' and '" + copy + "' differ");
  }

  @Test
  void aCopyOfAnotherShapeIsRefused() {
    byte[] vector = ModelFiles.randomVector(T5);
    Stored turned =
        new Stored(
            SafetensorsDType.F32, List.of(9L, 17L), data(T5, vector, "shared.weight").data());
    byte[] file = new StoredFile().addAll(T5, vector).add("lm_head.weight", turned).bytes();

    assertThatThrownBy(() -> ModelFiles.open(file, T5))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("lm_head.weight is F32 [9, 17], not F32 [17, 9]");
  }

  @Test
  void anOutputLayerOfItsOwnIsNoCopy() {
    byte[] vector = ModelFiles.randomVector(GATED_T5);

    byte[] file = new StoredFile().addAll(GATED_T5, vector).bytes();
    assertThat(ModelFiles.read(file, GATED_T5)).isEqualTo(vector);

    byte[] without =
        new StoredFile()
            .addAll(GATED_T5, vector, name -> name.equals("lm_head.weight") ? "other" : name)
            .bytes();
    assertThatThrownBy(() -> ModelFiles.open(without, GATED_T5))
        .hasMessageContaining("1 missing (lm_head.weight); 1 unexpected (other)");
  }

  @Test
  void bertsOlderNamesOfNormsAndItsBuffersAreRead() {
    byte[] vector = ModelFiles.randomVector(BERT);
    byte[] file =
        new StoredFile()
            .addAll(
                BERT,
                vector,
                name ->
                    name.replace("LayerNorm.weight", "LayerNorm.gamma")
                        .replace("LayerNorm.bias", "LayerNorm.beta"))
            .add(
                "bert.embeddings.position_ids",
                new Stored(SafetensorsDType.I64, List.of(1L, 7L), new byte[56]))
            .bytes();

    assertThat(ModelFiles.header(file).find("bert.embeddings.LayerNorm.gamma")).isPresent();
    assertThat(ModelFiles.read(file, BERT)).isEqualTo(vector);
  }

  @Test
  void thePositionBiasThatT5NeverUsedIsLeftOut() {
    byte[] vector = ModelFiles.randomVector(T5);
    String name = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";
    Stored bias = new Stored(SafetensorsDType.F32, List.of(32L, 3L), new byte[32 * 3 * 4]);

    assertThat(ModelFiles.read(new StoredFile().addAll(T5, vector).add(name, bias).bytes(), T5))
        .isEqualTo(vector);
  }

  @Test
  void thePublishedBaseModelOfBartIsRead() {
    byte[] vector = ModelFiles.randomVector(BART);
    byte[] file =
        new StoredFile()
            .addAll(BART, vector, name -> name.substring("model.".length()))
            .add("encoder.embed_tokens.weight", data(BART, vector, "model.shared.weight"))
            .bytes();

    assertThat(ModelFiles.read(file, BART)).isEqualTo(vector);
  }

  @Test
  void aBiasOnBartsLogitsMustBeZero() {
    byte[] vector = ModelFiles.randomVector(BART);
    byte[] bias = new byte[17 * 4];
    Stored stored = new Stored(SafetensorsDType.F32, List.of(1L, 17L), bias);
    String name = "final_logits_bias";
    assertThat(ModelFiles.header(ModelFiles.file(BART, vector, 4096)).find(name)).isPresent();
    assertThat(
            ModelFiles.read(new StoredFile().addAll(BART, vector).add(name, stored).bytes(), BART))
        .isEqualTo(vector);

    bias[16 * 4 + 3] = 0x3F;
    byte[] file = new StoredFile().addAll(BART, vector).add(name, stored).bytes();
    assertThatThrownBy(() -> ModelFiles.open(file, BART))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("'final_logits_bias' is not zero")
        .hasMessageContaining("without a bias on its logits");
  }

  @Test
  void llamasRotaryBuffersAreLeftOut() {
    byte[] vector = ModelFiles.randomVector(TIED_LLAMA);
    Stored frequencies = new Stored(SafetensorsDType.F32, List.of(4L), new byte[16]);
    String name = "model.layers.0.self_attn.rotary_emb.inv_freq";
    byte[] file = new StoredFile().addAll(TIED_LLAMA, vector).add(name, frequencies).bytes();

    assertThat(ModelFiles.read(file, TIED_LLAMA)).isEqualTo(vector);
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetensorsDType.class,
      names = {"F16", "BF16"})
  void sixteenBitsAreReadInPartsOfAnySize(SafetensorsDType dtype) throws Exception {
    byte[] halves = Arrays.copyOf(ModelFiles.randomVector(BERT), (int) BERT.numParameters() * 2);
    StoredFile stored = new StoredFile();
    for (Slice slice : BERT.layout()) {
      int from = (int) slice.offset() * 2;
      byte[] data = Arrays.copyOfRange(halves, from, from + (int) slice.numElements() * 2);
      stored.add(slice.name(), new Stored(dtype, slice.shape(), data));
    }
    byte[] file = stored.bytes();
    byte[] whole = ModelFiles.read(file, BERT);
    int numParameters = whole.length / 4;
    for (int i = 0; i < numParameters; i++) {
      int bits = (halves[2 * i + 1] & 0xFF) << 8 | (halves[2 * i] & 0xFF);
      assertThat(floatAt(whole, i)).as("%x", bits).isEqualTo(Float.valueOf(valueOf(dtype, bits)));
    }

    ModelWeightsReader reader = ModelFiles.open(file, BERT);
    for (int partLength : new int[] {1, 13, 101}) {
      byte[] read = new byte[whole.length];
      for (int offset = 0; offset < numParameters; offset += partLength) {
        reader.readBytes(offset, Math.min(partLength, numParameters - offset), read, 4 * offset);
      }
      assertThat(read).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F16, 3C00, 1",
    "F16, 0001, 5.9604645E-8",
    "F16, 7BFF, 65504",
    "F16, FC00, -Infinity",
    "F16, 8000, -0.0",
    "F16, 7E00, NaN",
    "F16, 03FF, 6.097555E-5",
    "BF16, 3F80, 1",
    "BF16, C049, -3.140625",
    "BF16, 0001, 9.18355E-41",
    "BF16, 7F80, Infinity"
  })
  void aNumberOfSixteenBitsKeepsItsValue(SafetensorsDType dtype, String hex, float expected)
      throws Exception {
    int bits = Integer.parseInt(hex, 16);
    byte[] file = {(byte) bits, (byte) (bits >>> 8)};
    byte[] read = new byte[4];
    FloatTensorReader reader =
        new FloatTensorReader(
            (position, destination, offset, length) ->
                System.arraycopy(file, (int) position, destination, offset, length));

    reader.read(new SafetensorsHeader.StoredTensor("x", dtype, List.of(1L), 0, 2), 0, 1, read, 0);

    assertThat(floatAt(read, 0)).isEqualTo(Float.valueOf(expected));
  }

  @Test
  void otherTypesAreRefused() {
    byte[] vector = ModelFiles.randomVector(GPT2);
    Stored integers = new Stored(SafetensorsDType.I32, List.of(9L), new byte[36]);
    byte[] file =
        new StoredFile()
            .addAll(GPT2, vector, name -> name.equals("transformer.ln_f.bias") ? "x" : name)
            .add("ln_f.bias", integers)
            .bytes();

    assertThatThrownBy(() -> ModelFiles.open(file, GPT2))
        .hasMessageContaining("transformer.ln_f.bias is I32 [9], not F32 [9]");
  }

  /** IEEE 754's definition, for finite numbers, infinities and what is not a number. */
  private static float valueOf(SafetensorsDType dtype, int bits) {
    if (dtype == SafetensorsDType.BF16) {
      return Float.intBitsToFloat(bits << 16);
    }
    double sign = (bits & 0x8000) == 0 ? 1 : -1;
    int exponent = bits >> 10 & 0x1F;
    double fraction = (bits & 0x3FF) / 1024.0;
    if (exponent == 31) {
      return fraction == 0 ? (float) (sign * Double.POSITIVE_INFINITY) : Float.NaN;
    }
    double value = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * Math.pow(2, exponent - 15);
    return (float) (sign * value);
  }

  private static float floatAt(byte[] bytes, int index) {
    int bits = 0;
    for (int i = 3; i >= 0; i--) {
      bits = bits << 8 | (bytes[4 * index + i] & 0xFF);
    }
    return Float.intBitsToFloat(bits);
  }

  /** A parameter's own shape and bytes. */
  private static Stored data(ModelShape model, byte[] vector, String name) {
    Slice slice =
        model.layout().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    int from = (int) slice.offset() * 4;
    return new Stored(
        SafetensorsDType.F32,
        slice.shape(),
        Arrays.copyOfRange(vector, from, from + (int) slice.numElements() * 4));
  }

  // The bytes are a file's: such records are never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Stored(SafetensorsDType dtype, List<Long> shape, byte[] data) {}

  private static final class StoredFile {
    private final List<TensorSpec> tensors = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    StoredFile add(String name, Stored stored) {
      tensors.add(new TensorSpec(name, stored.dtype(), stored.shape()));
      data.writeBytes(stored.data());
      return this;
    }

    StoredFile addAll(ModelShape model, byte[] vector) {
      return addAll(model, vector, UnaryOperator.identity());
    }

    StoredFile addAll(ModelShape model, byte[] vector, UnaryOperator<String> rename) {
      for (Slice slice : model.layout()) {
        add(rename.apply(slice.name()), PublishedFilesTest.data(model, vector, slice.name()));
      }
      return this;
    }

    byte[] bytes() {
      return ModelFiles.file(tensors, data.toByteArray());
    }
  }
}
