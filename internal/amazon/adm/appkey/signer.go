package appkey

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
)

// A Signer is who issued a key, told by which of the known public keys its signature holds with and by nothing that the key says of itself.
type Signer string

// The signers.
const (
	Amazon  Signer = "amazon"
	Sandbox Signer = "sandbox"
	Nobody  Signer = "" // the signature holds with no known key
)

// amazonModulus is the public key of the certificate that Amazon's SDK carries (adm 1.3): SHA-256 of that certificate
// 79:2D:EC:C9:D5:94:9E:94:72:3E:E0:EC:81:36:75:9B:A6:9E:E5:FF:97:AA:60:3D:F3:BD:B3:57:01:0B:61:B2, exponent 65537. Keys of 2014 to 2022 hold with
// it. It is a number here because the certificate's end, written with two digits, reads as 1976 and means nothing.
const amazonModulus = "" +
	"AF82E50E99A52B5FA66065EA86F63729C774F77794C0E42140CD1C6F963D163917BC98820A82D247D2FC4189B6273D3A" +
	"2FFE78E9E17F78C7A0BDE8FDDD51A3CFD26C5BE82E5081A40EEC823F0067DEEFCFBD354A643EBB09EA7AEAA4F7C67077" +
	"2DF305B79967E13E4BBA8A89F79B3CB7D3F47D42C1539DA43D1D61C1D4A8EC6E0A4558325ED326AA3A773CAE046EB3C1" +
	"76F5C263155E477D720CF4B405110D0B7486AF3955CEB496605871BB145C7F2A0C258B0EB7FF53E5094ED8A989A13CB6" +
	"250B6AA3BAE573AACE462247EE2DB1F905B5E1B5779A225EFE9E191D6A4E4F9678840A8C06575CD05B9F6840F5607FD8" +
	"9CD09EB6123F1AB5E4833089454E5AB1"

// sandboxModulus is the public key of the sandbox's own signer. Its private half is written down in the fake, for anybody to use: a key that holds
// with it proves nothing but that it is no key of Amazon's.
const sandboxModulus = "" +
	"AE2BB026AC4A38E483FA73D80C2788C72DD87519A30A829D4B6B46D9C9C34E389C63B71B6306650C4E4E031FEC4770E4" +
	"ACAB60B7E4D1736AB0185D09229472F14247BF32CB0B464280BFEB484FC5F501C8A235A407223B457621DC457C9453A1" +
	"4EEA8B0FC968D432A0637E3B10FE4627F138ACAD4A2E99455411A11BB277F38E170C380D2C3EB8EC392AA1EB5EAC2021" +
	"D5AE464024358EFF9E7C1C2BE1091C6EC2CB9465747FF8782952FCE4C289F79BEFB5003CD706938C93462C1A78454BC0" +
	"D3576BC7BA851FB26BB723D7AD9CF4AEBFBF0E3CF619A4F5355527AA0A739EE3069F33D6FEF94D519F2EFE4E2F08B656" +
	"F878E2CE862D74140154D3FDE18C809B"

const signatureBytes = 256 // of RSA with 2048 bits

// signers are the known public keys.
var signers = []struct {
	name Signer
	key  *rsa.PublicKey
}{{Amazon, publicKey(amazonModulus)}, {Sandbox, publicKey(sandboxModulus)}}

func publicKey(modulus string) *rsa.PublicKey {
	n, ok := new(big.Int).SetString(modulus, 16)
	if !ok {
		panic("appkey: a signer's modulus is no number")
	}
	return &rsa.PublicKey{N: n, E: 65537}
}

// signerOf finds whose signature stands under text: RSASSA-PKCS1-v1_5 with SHA-256 over header and payload as they were transmitted. The header
// is not asked which method that is, since devices do not ask it either (adm 1.4.3, 1.4.4).
func signerOf(text string, signature []byte) Signer {
	sum := sha256.Sum256([]byte(text))
	for _, s := range signers {
		if rsa.VerifyPKCS1v15(s.key, crypto.SHA256, sum[:], signature) == nil {
			return s.name
		}
	}
	return Nobody
}
