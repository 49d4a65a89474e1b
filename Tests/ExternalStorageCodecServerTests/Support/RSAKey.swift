//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// A key that signs nothing but tokens in these tests; making one takes longer than they do.
enum RSAKey {
    /// The modulus, as key sets have it.
    static let modulus = """
        rySzM0OH9p6vxnnpmilqQOFmg27Ef0NlpYqc_Jr_ST1SWa1Bzvvhh2B4tUNAC89eop_PmiMe6TCnnUneReOT90dxHm\
        NIDUC7egG6S11tz5tdVLpbGT105hU6rnJVx-_XPqR3rxilnqLV47bDsiZ8qSs33A2ByekmS5CUT7XvWUCYo0URv5QE\
        TnY-yBTZV0US4fyzzMyP8uvK5vwdzPDLcJNujl_DJKq9EFhgHNO7IV7L2MLzqMe36kGia25AZvj_fcu53thNL5yPfk\
        twEov8F0P23fZhCBAUp0rJoFS6_RsRCPuvXXi-uIlEOQ-KnHN62INIPZtZTuf1kHQApAZqdw
        """

    /// The private key.
    static let pem = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEogIBAAKCAQEArySzM0OH9p6vxnnpmilqQOFmg27Ef0NlpYqc/Jr/ST1SWa1B
        zvvhh2B4tUNAC89eop/PmiMe6TCnnUneReOT90dxHmNIDUC7egG6S11tz5tdVLpb
        GT105hU6rnJVx+/XPqR3rxilnqLV47bDsiZ8qSs33A2ByekmS5CUT7XvWUCYo0UR
        v5QETnY+yBTZV0US4fyzzMyP8uvK5vwdzPDLcJNujl/DJKq9EFhgHNO7IV7L2MLz
        qMe36kGia25AZvj/fcu53thNL5yPfktwEov8F0P23fZhCBAUp0rJoFS6/RsRCPuv
        XXi+uIlEOQ+KnHN62INIPZtZTuf1kHQApAZqdwIDAQABAoIBADYybSGX7CLsyAfr
        Adaqqi6ZkVdql3OqL3IiiqHAdO79AtatPogGeauitregr9j3upkoSt2vsIkIfVW2
        3glSex8yBFca8djoBxuiHTvlFW4A7ciiQj51Pg9U0mvZBaJxHXJNApw0TEvip71n
        ePdP4ZOXxBlcNKV+eFM50is4aXB8gSzV7kAmjN2Made+cIZuzEG9N4Efeo6Mj02n
        zm7ODchVMQA6STjEyCERCr+rv1y4vBjfhbY3XYbT5aThvDZAr98JOC2o8TorElsb
        0mzchcVhEJAcsVqk1S/hLmojKwAWcfd1FEQyqvm//uCcUCCBgip4bP6x0xpQf12W
        iqetIsECgYEA54WLdwTuj044s0Vq8s13GzkkFEuEPFbU3dVjckrG9NH2mOqwOg3A
        sqYjvd4ETRAg9VpcLnuiOmSnQDI6muG31SJ+F5S4PtXmEw6RvuyziPdSkVLV8nVg
        g9CjarTlopumzTX0JYRDJldfKrqYK5YcbL7ZtgqZ1DUGcgzCkHhO+qUCgYEAwaky
        v7bZZs+mYFY550jhBRV9HScdXGugmOtVdmhBG7bpqw5JHgFt6tVWUKO25wr6q/VR
        RyyT0ivO8Og3+aRlvwMHDfR5izspJjeZnAh4yFVHQsoTYt3xgwt9e6ipgFr5CS2G
        bl02NipKm/XkhygMfli+/KZY2azfEaBMcut98esCgYAQ52Y8ZWbJnct0A2CAo9HL
        cguZU74u7aQTIk5lfOIz49Sea5w8UN697HV1mm0z9zaA030hg7NfkhPIEyLGRi62
        6BLOw/QD2ng28fxgNUYSfQRRSfwG/Nz0ItqbouOVUMoH96WAy7xfY0e2hfMwU4B1
        zCV3LiT3Inv6/cWC6NXTZQKBgA3zU02OLXEDilesPnWTwWntV1rvQ2Ux95qscTab
        Yf1OGt0QpWG89p8RCSu772QLXW1fuaAn7OoZ78lY4RdhqVauMCboMo0+EMPJA47C
        6Xh89Coyhlz74fbvr/Vle/hcFU588g8nNc2HFGLRvsmhr+y2FeP7U7Eyi8soQfmR
        TzxLAoGAJYPGyeMcRCNn/PPiQlbzVJ9D6Bv7K6AEIIzkkDyLykqmAQh6o6iF+R4P
        +Q4iqrwD9iKzZf/+79hm3c07RCoBjV8ongEd3CMcEADQeW9ZZTEvFBVvAJN0UYam
        Sxy2IYzmecvo3IXXbaWYV9lUSyKvDrZM5L+o5+RmKefb3f4Ag2Y=
        -----END RSA PRIVATE KEY-----
        """
}
