package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.reason;
import static io.clustermesh.model.codec.Golden.text;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.IpRecord.NamedPort;
import io.clustermesh.model.IpRecord.PodRef;
import io.clustermesh.model.L4;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.Protocol;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpCodecTest {

    @Test
    void shouldReadWhatCiliumWrites() {
        assertThat(value(IpCodec.decode(bytes(Golden.IP))))
                .isEqualTo(new IpRecord(
                        IpAddress.parse("10.3.1.15"),
                        new NumericIdentity(201_234),
                        IpAddress.parse("172.18.0.11"),
                        new PodRef("shop", "cart-6d5-x1", "cart", ""),
                        List.of(new NamedPort("http", new L4(Protocol.TCP, 8080)))));
    }

    @Test
    void shouldWriteTheSameText() {
        assertThat(text(IpCodec.encode(value(IpCodec.decode(bytes(Golden.IP))))))
                .isEqualTo(Golden.IP);
    }

    @Test
    void shouldLeaveOutEmptyNames() {
        IpRecord entry = new IpRecord(
                IpAddress.parse("fd10:3:1::15"),
                new NumericIdentity(196_700),
                IpAddress.parse("fd30:3::11"),
                new PodRef("", "", "", ""),
                List.of());

        assertThat(text(IpCodec.encode(entry))).isEqualTo("""
            {"IP":"fd10:3:1::15","Mask":null,"HostIP":"fd30:3::11","ID":196700,"Key":0,"Metadata":""}\
            """);
    }

    @Test
    void shouldReadEntriesWithoutMaskAndWithFieldsOfLaterReleases() {
        IpRecord entry = value(IpCodec.decode(bytes("""
            {"IP":"10.3.1.15","HostIP":"172.18.0.11","ID":201234,"K8sPodUID":"5f0c","Newer":{"a":[1]}}\
            """)));

        assertThat(entry.pod()).isEqualTo(new PodRef("", "", "", "5f0c"));
        assertThat(entry.namedPorts()).isEmpty();
    }

    @Test
    void shouldWriteThePodsUidIfItIsKnown() {
        String json = Golden.IP.replace("\"cart\",", "\"cart\",\"K8sPodUID\":\"5f0c\",");

        assertThat(text(IpCodec.encode(value(IpCodec.decode(bytes(json)))))).isEqualTo(json);
    }

    @Test
    void shouldReadAFullMaskAsOneAddress() {
        assertThat(value(IpCodec.decode(bytes("""
            {"IP":"10.3.1.15","Mask":"/////w==","HostIP":"172.18.0.11","ID":201234}\
            """))).ip()).isEqualTo(IpAddress.parse("10.3.1.15"));
    }

    @Test
    void shouldSkipNamedPortsOfUnknownProtocols() {
        IpRecord entry = value(IpCodec.decode(bytes("""
            {"IP":"10.3.1.15","HostIP":"172.18.0.11","ID":201234,"NamedPorts":[
             {"Name":"a","Port":1,"Protocol":"DCCP"},{"Name":"b","Port":2,"Protocol":"UDP"}]}\
            """)));

        assertThat(entry.namedPorts()).containsExactly(new NamedPort("b", new L4(Protocol.UDP, 2)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"HostIP":"172.18.0.11","ID":1}                                        | IP is missing
        {"IP":"10.3.1.15","ID":1}                                              | HostIP is missing
        {"IP":"10.3.1.15","HostIP":"","ID":1}                                  | HostIP is missing
        {"IP":"10.3.1.0","Mask":"////AA==","HostIP":"172.18.0.11","ID":1}      | covers a block
        {"IP":"10.3.1.15","HostIP":"172.18.0.11","ID":-1}                      | identity -1
        {"IP":"10.3.1.15","HostIP":"172.18.0.11","ID":4294967296}              | out of range
        {"IP":"10.3.1.15","HostIP":"172.18.0.11","ID":"1"}                     | a whole number belongs
        {"IP":"cart.shop","HostIP":"172.18.0.11","ID":1}                       | "cart.shop" is no IP address
        """)
    void shouldSayWhatIsMissingOrWrong(String json, String reason) {
        assertThat(reason(IpCodec.decode(bytes(json)))).startsWith("ip entry: ").contains(reason);
    }
}
