package dev.kindling.spark.communicate;

import static dev.kindling.spark.communicate.Ranks.inJvm;
import static dev.kindling.spark.communicate.Ranks.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.tensor.DType;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.TransportConf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.Option;

/** Peers that do not belong to a group are turned away, and the group does not notice. */
class StrangersTest {
  private static final int NUM_SECONDS = 30;
  private static final ByteBuffer BODY = ByteBuffer.wrap("a body".getBytes(StandardCharsets.UTF_8));

  private final GroupKey key = GroupKey.random();
  private Transport first;
  private Transport second;
  private List<Communicator> ranks;

  /**
   * A secret that ranks share.
   *
   * @param secret of the application
   */
  private record Secret(String secret) implements SecretKeyHolder {
    @Override
    public String getSaslUser(String appId) {
      return "user";
    }

    @Override
    public String getSecretKey(String appId) {
      return secret;
    }
  }

  private static SparkConf authenticated() {
    return new SparkConf(false)
        .set("spark.app.id", "application")
        .set("spark.authenticate", "true")
        .set("spark.network.crypto.enabled", "true")
        .set("spark.network.crypto.cipher", "AES/GCM/NoPadding");
  }

  @BeforeEach
  void aGroupOfTwoMeets() throws Exception {
    meet(Ranks.listen(), Ranks.listen());
  }

  private void meet(Transport one, Transport other) throws Exception {
    first = one;
    second = other;
    List<Endpoint> endpoints =
        List.of(inJvm(first.endpoint(), "first"), inJvm(second.endpoint(), "second"));
    ranks =
        List.of(
            first.join(key, 0, endpoints, Ranks.TIMEOUT),
            second.join(key, 1, endpoints, Ranks.TIMEOUT));
    theGroupWorks();
  }

  private void theGroupWorks() throws Exception {
    double[] values = IntStream.range(0, 500_009).mapToDouble(i -> i).toArray();
    CompletableFuture<double[]> other = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                other.complete(with(DType.F32, values, ranks.get(1)::allReduceSumInPlace));
              } catch (Exception e) {
                other.completeExceptionally(e);
              }
            });
    thread.start();
    double[] sum = with(DType.F32, values, ranks.get(0)::allReduceSumInPlace);

    assertThat(sum).isEqualTo(IntStream.range(0, values.length).mapToDouble(i -> 2 * i).toArray());
    assertThat(other.get()).isEqualTo(sum);
  }

  @AfterEach
  void theGroupStillWorks() throws Exception {
    try {
      theGroupWorks();
    } finally {
      part();
    }
  }

  private void part() {
    ranks.forEach(Communicator::close);
    first.close();
    second.close();
  }

  @Test
  void bytesOfAnotherProtocolCloseTheirConnection() throws Exception {
    assertThat(answer("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8))).isEmpty();
    SplittableRandom random = new SplittableRandom(7);
    for (int attempt = 0; attempt < 20; attempt++) {
      byte[] frame = new byte[8 + 64];
      random.nextBytes(frame);
      // Half of them look like a frame of Spark's, with a length and an unknown content.
      if (attempt % 2 == 0) {
        ByteBuffer.wrap(frame).putLong(frame.length).put((byte) (20 + attempt));
      }
      assertThat(answer(frame)).isEmpty();
    }
  }

  /** What the server says before it closes the connection. */
  private byte[] answer(byte[] bytes) throws IOException {
    try (Socket socket = new Socket(second.endpoint().host(), second.endpoint().port())) {
      socket.setSoTimeout(NUM_SECONDS * 1000);
      socket.getOutputStream().write(bytes);
      return socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // It was closed before all was read.
      assertThat(e).hasMessageContaining("reset");
      return new byte[0];
    }
  }

  static Stream<MessageChange> changes() {
    GroupKey other = GroupKey.random();
    return Stream.of(
        new MessageChange("an older attempt's", header -> changed(header, other, 0, 1)),
        new MessageChange(
            "with a wrong token",
            header -> changed(header, new GroupKey(header.key().id(), other.token()), 0, 1)),
        new MessageChange("of a rank that is not", header -> changed(header, header.key(), 2, 1)),
        new MessageChange("of a negative rank", header -> changed(header, header.key(), -1, 1)),
        new MessageChange("of the receiver itself", header -> changed(header, header.key(), 1, 1)),
        new MessageChange("to a rank that is not", header -> changed(header, header.key(), 0, 9)));
  }

  /**
   * How a message differs from one that is taken.
   *
   * @param name of the difference
   * @param change to the header
   */
  record MessageChange(String name, UnaryOperator<MessageHeader> change) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static MessageHeader changed(MessageHeader header, GroupKey key, int from, int to) {
    return new MessageHeader(
        header.kind(), key, from, to, header.context(), header.tag(), header.length());
  }

  private MessageHeader header() {
    return new MessageHeader(MessageHeader.Kind.DATA, key, 0, 1, 0, 3, BODY.remaining());
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aMessageIsRefused(MessageChange change) throws Exception {
    assertRefused(change.change().apply(header()).encoded());
  }

  @Test
  void headersThatAreCutAtAnyByteOrTooLongAreRefused() throws Exception {
    ByteBuffer whole = header().encoded();
    for (int length = 0; length < MessageHeader.NUM_BYTES; length++) {
      assertRefused(whole.duplicate().limit(length));
    }
    assertRefused(ByteBuffer.allocate(MessageHeader.NUM_BYTES + 1).put(whole).rewind());
  }

  @Test
  void headersOfAnotherFormatAndLengthsPastTheLimitAreRefused() throws Exception {
    assertRefused(header().encoded().put(0, (byte) 0));
    assertRefused(header().encoded().put(4, (byte) 2));
    assertRefused(header().encoded().put(5, (byte) 3));
    int length = MessageHeader.NUM_BYTES - Integer.BYTES;
    assertRefused(header().encoded().putInt(length, MessageHeader.MAX_LENGTH + 1));
    assertRefused(header().encoded().putInt(length, -1));
  }

  private void assertRefused(ByteBuffer header) throws Exception {
    try (TransportContext context = stranger(new SparkConf(false));
        TransportClientFactory factory = context.createClientFactory()) {
      TransportClient client =
          factory.createClient(second.endpoint().host(), second.endpoint().port());
      assertThatThrownBy(() -> upload(client, header).get(NUM_SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("closed");
      assertThat(client.isActive()).isFalse();
    }
  }

  private static TransportContext stranger(SparkConf conf) {
    return new TransportContext(conf(conf), new NoOpRpcHandler());
  }

  private static TransportConf conf(SparkConf conf) {
    return SparkTransportConf.fromSparkConf(conf, "stranger", 1, Option.apply(null));
  }

  private static CompletableFuture<Void> upload(TransportClient client, ByteBuffer header) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    client.uploadStream(
        new NioManagedBuffer(header), new NioManagedBuffer(BODY.duplicate()), completing(end));
    return end;
  }

  private static RpcResponseCallback completing(CompletableFuture<Void> end) {
    return new RpcResponseCallback() {
      @Override
      public void onSuccess(ByteBuffer response) {
        end.complete(null);
      }

      @Override
      public void onFailure(Throwable cause) {
        end.completeExceptionally(cause);
      }
    };
  }

  @Test
  void aCallThatIsNoMessageIsRefused() throws Exception {
    try (TransportContext context = stranger(new SparkConf(false));
        TransportClientFactory factory = context.createClientFactory()) {
      TransportClient client =
          factory.createClient(second.endpoint().host(), second.endpoint().port());
      CompletableFuture<Void> end = new CompletableFuture<>();
      client.sendRpc(BODY.duplicate(), completing(end));

      assertThatThrownBy(() -> end.get(NUM_SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
  }

  /** So that the tests above do not hold because everything is refused. Who goes is missed. */
  @Test
  void aMessageOfARankIsTaken() throws Exception {
    try (TransportContext context = stranger(new SparkConf(false));
        TransportClientFactory factory = context.createClientFactory()) {
      TransportClient client =
          factory.createClient(second.endpoint().host(), second.endpoint().port());
      upload(client, header().encoded()).get(NUM_SECONDS, TimeUnit.SECONDS);
      ByteBuffer place = ByteBuffer.allocate(6);
      Mailboxes.find(key, 1)
          .orElseThrow()
          .request(0, 0, 3, Target.place(place))
          .await(Ranks.TIMEOUT);

      assertThat(place).isEqualTo(BODY);
    }
    part();
    meet(Ranks.listen(), Ranks.listen());
  }

  @Test
  void theServerListensOnItsHostOnly() {
    int port = second.endpoint().port();
    assertThatThrownBy(() -> new Socket("127.0.0.2", port).close())
        .isInstanceOf(ConnectException.class);
  }

  /** Even who knows the key of the group. */
  @Test
  void withAuthenticationOnlyThoseWhoKnowTheSecretReachTheGroup() throws Exception {
    part();
    Secret secret = new Secret("0123456789abcdef0123456789abcdef");
    meet(
        Transport.listen(authenticated(), secret, "127.0.0.1"),
        Transport.listen(authenticated(), secret, "127.0.0.1"));
    Endpoint target = second.endpoint();

    try (TransportContext context = stranger(new SparkConf(false));
        TransportClientFactory factory = context.createClientFactory()) {
      TransportClient client = factory.createClient(target.host(), target.port());
      assertThatThrownBy(
              () -> upload(client, header().encoded()).get(NUM_SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
    TransportClientBootstrap wrong =
        new AuthClientBootstrap(
            conf(authenticated()), "application", new Secret("a wrong secret, of some length"));
    try (TransportContext context = stranger(authenticated());
        TransportClientFactory factory = context.createClientFactory(List.of(wrong))) {
      assertThatThrownBy(() -> factory.createClient(target.host(), target.port()));
    }
    assertThat(Mailboxes.find(key, 1).orElseThrow().request(0, 0, 3, Target.place(BODY)).isDirect())
        .as("nothing came before it was asked for")
        .isTrue();
  }
}
